"""What people ask of sign-in themselves."""

from kernel.jobs import enqueue
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import public_scope
from tenants.queries.people import person_by_email, places_of
from tenants.signin import mail

SEND_ADDRESSES = "tenants.send_addresses"


def ask_for_addresses(*, email: str, request_id: str = "") -> None:
    """Have the addresses of the person's organizations mailed to them.

    Nothing here looks at accounts, so neither the answer nor its time tells whether there is one.
    """
    with public_scope(actor=SYSTEM, source="console", request_id=request_id):
        enqueue(SEND_ADDRESSES, {"email": email}, actor=SYSTEM, dedupe_key=email.strip().lower()[:200])


def send_addresses(*, email: str) -> bool:
    """Mail the addresses; whether there was somebody to mail to."""
    user = person_by_email(email)
    if user is None or not user.is_active:
        return False
    mail.addresses(user.email, places_of(user.pk))
    return True
