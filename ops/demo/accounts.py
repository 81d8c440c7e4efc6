"""Whom the demo's sign-in page offers to sign in as. Read by settings: nothing here may need models."""

from ops.demo.content import JUNIPER_ADMIN, OPERATOR, PASSWORD
from ops.demo.northwind import NORTHWIND

MARKETER = next(person for person in NORTHWIND.people if person.role == "marketer")


def accounts() -> list[dict[str, str]]:
    """Return role, address and password of each."""
    shown = (OPERATOR, NORTHWIND.admin, MARKETER, JUNIPER_ADMIN)
    return [{"role": person.role, "email": person.email, "password": PASSWORD} for person in shown]
