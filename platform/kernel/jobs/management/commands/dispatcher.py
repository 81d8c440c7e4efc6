import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from kernel.jobs.dispatcher import Dispatcher


class Command(BaseCommand):
    help = "Hand out jobs to workers until SIGTERM. Several may run; one is active, the others wait in reserve."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        Dispatcher(stop).run()
