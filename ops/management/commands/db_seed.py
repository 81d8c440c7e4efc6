from typing import Any

from django.core.management.base import BaseCommand

from ops.demo.fill import fill
from tenants.models import Organization


class Command(BaseCommand):
    help = "Fill an empty database with the sample organizations; a database with organizations is left as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        if Organization.objects.exists():
            self.stdout.write("There are organizations already; nothing was added.")
            return
        fill()
        self.stdout.write("Two sample organizations are there: northwind and juniper.")
