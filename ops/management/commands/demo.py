from typing import Any

from django.core.management.base import BaseCommand

from ops.demo.fill import fill
from ops.demo.tell import story


class Command(BaseCommand):
    help = "Make the two demo organizations where they are missing, and print where to go."

    def handle(self, *args: Any, **options: Any) -> None:
        demo = fill()
        self.stdout.write(story(demo.token, demo.campaign.pk, demo.batch.pk))
