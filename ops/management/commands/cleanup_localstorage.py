from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from campaigns.legacy.models import ImportBatch
from campaigns.legacy.queries import cleanup
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tenants.models import Organization


class Command(BaseCommand):
    help = "List the keys of the browser's localStorage that are safe to remove, and why the others must stay."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", required=True, help="the organization's address, such as northwind")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = Organization.objects.filter(slug=options["tenant"], status=Organization.Status.ACTIVE).first()
        if organization is None:
            raise CommandError(f"There is no active organization with the address {options['tenant']!r}.")
        with scope(organization, actor=SYSTEM, source="system"):
            batch = ImportBatch.objects.filter(state=ImportBatch.State.DONE).order_by("-finished_at").first()
            if batch is None:
                raise CommandError("No import of this organization is finished; nothing is safe to remove.")
            advice = cleanup(batch)
        for entry in advice:
            self.stdout.write(f"{'remove' if entry.removable else 'keep  '}  {entry.key}  {entry.why}")
