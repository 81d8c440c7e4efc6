import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils.module_loading import import_string


class Command(BaseCommand):
    help = "Write the API's OpenAPI document to a file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--file", type=Path, default=settings.ROOT / "build" / "openapi.json")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        file.parent.mkdir(parents=True, exist_ok=True)
        document = import_string(settings.API).document()
        file.write_text(json.dumps(document, indent=2, sort_keys=True, default=str) + "\n")
        self.stdout.write(f"wrote {file} with {len(document['paths'])} paths")
