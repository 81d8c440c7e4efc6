from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.module_loading import import_string

from kernel.jobs import conf, registry


class Command(BaseCommand):
    help = "Carry out jobs of one queue until SIGTERM: the running job is finished, or paused where it can be."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--queue", default=registry.DEFAULT_QUEUE, help="The queue to serve; one per process.")
        parser.add_argument("--burst", action="store_true", help="Stop when the queue is empty.")

    def handle(self, *args: Any, **options: Any) -> None:
        registry.load()
        import_string(conf.current().worker_class).serve(options["queue"], burst=options["burst"])
