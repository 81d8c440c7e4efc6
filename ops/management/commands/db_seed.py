from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ops.demo.fill import fill
from ops.demo.large import CAMPAIGNS, PRODUCTS, grown
from tenants.models import Organization


class Command(BaseCommand):
    help = "Fill an empty database with the sample organizations; a database with organizations is left as it is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--size", choices=["small", "large"], default="small")

    def handle(self, *args: Any, size: str, **options: Any) -> None:
        if Organization.objects.exists():
            self.stdout.write("There are organizations already; nothing was added.")
            return
        fill()
        self.stdout.write("Three sample organizations are there: northwind, aurora and juniper.")
        if size == "large":
            grown(Organization.objects.get(slug="northwind"))
            self.stdout.write(f"northwind has {PRODUCTS} more products and {CAMPAIGNS} more campaigns.")
