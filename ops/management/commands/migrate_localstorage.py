from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel.errors import DomainError
from kernel.tenancy.context import SYSTEM
from ops.demo.imported import import_file
from tenants.models import Organization


class Command(BaseCommand):
    help = "Import a browser's localStorage dump into an organization and print the counts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--file", required=True, type=Path)
        parser.add_argument("--tenant", required=True, help="the organization's address, such as northwind")
        parser.add_argument("--source", default="browser", help="a name for the browser the dump comes from")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = Organization.objects.filter(slug=options["tenant"], status=Organization.Status.ACTIVE).first()
        if organization is None:
            raise CommandError(f"There is no active organization with the address {options['tenant']!r}.")
        if not options["file"].is_file():
            raise CommandError(f"There is no file {options['file']}.")
        try:
            batch = import_file(organization, SYSTEM, options["file"], options["source"])
        except DomainError as error:
            raise CommandError(error.detail) from error
        for key, counts in sorted(batch.counts["totals"].items()):
            self.stdout.write(f"{key}: " + ", ".join(f"{name} {count}" for name, count in counts.items()))
