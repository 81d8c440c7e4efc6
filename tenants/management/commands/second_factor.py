from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from kernel.errors import DomainError
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import public_scope
from tenants.commands.second_factor import reset_second_factor


class Command(BaseCommand):
    help = "Remove the second factor of somebody who lost theirs. Make sure first that it is this person who asks."

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        acts.add_parser("reset", help="Let the password alone sign in again.").add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with public_scope(actor=SYSTEM, source="system", reason="manage.py second_factor reset"):
                reset_second_factor(actor=SYSTEM, email=options["email"])
        except DomainError as error:
            raise CommandError(error.detail or error.title) from error
        self.stdout.write(_("%(email)s signs in with the password alone now.") % {"email": options["email"]})
