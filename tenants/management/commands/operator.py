import getpass
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from kernel.errors import DomainError
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import public_scope
from tenants.commands.operators import add_operator, remove_operator
from tenants.queries.operators import operators
from tenants.queries.people import person_by_email


class Command(BaseCommand):
    help = "Add, list or remove the people who run the platform."

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        add = acts.add_parser("add", help="Make somebody an operator; a new account gets a password.")
        add.add_argument("email")
        add.add_argument("--name", default="")
        add.add_argument("--existing", action="store_true", help="The person has an account already, and it is theirs.")
        add.add_argument("--password-stdin", action="store_true", help="Read the password's line from standard input.")
        acts.add_parser("list", help="Print one operator a line.")
        remove = acts.add_parser("remove", help="Take an operator's rights away; the account stays.")
        remove.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['act']}")(options)
        except DomainError as error:
            raise CommandError(error.detail or error.title) from error

    def _add(self, options: dict[str, Any]) -> None:
        email = options["email"]
        existing = options["existing"]
        is_new = not existing and person_by_email(email) is None
        password = _password(options["password_stdin"]) if is_new else ""
        with public_scope(actor=SYSTEM, source="system", reason="manage.py operator add"):
            operator = add_operator(
                actor=SYSTEM, email=email, name=options["name"], password=password, existing=existing
            )
        self.stdout.write(_("%(email)s is an operator.") % {"email": operator.user.email})

    def _list(self, options: dict[str, Any]) -> None:
        for operator in operators():
            self.stdout.write(f"{operator.user.email}\t{operator.user.name}\t{operator.created_at:%Y-%m-%d}")

    def _remove(self, options: dict[str, Any]) -> None:
        with public_scope(actor=SYSTEM, source="system", reason="manage.py operator remove"):
            remove_operator(actor=SYSTEM, email=options["email"])
        self.stdout.write(_("%(email)s is no operator any more.") % {"email": options["email"]})


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise CommandError(_("A new account needs a password: run this in a terminal or add --password-stdin."))
    first, second = getpass.getpass(_("Password: ")), getpass.getpass(_("Password (again): "))
    if first != second:
        raise CommandError(_("The two passwords differ."))
    return first
