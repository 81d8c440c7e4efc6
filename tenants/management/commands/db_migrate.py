from typing import Any

from django.core.management.base import BaseCommand

from tenants.provisioning.migrate import migrate


class Command(BaseCommand):
    help = "Bring the database to the state of the code: public tables, every tenant, privileges, template."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        migrate(self.stdout.write)
