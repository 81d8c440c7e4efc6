from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connections

SCRATCH = "scratch"


class Command(BaseCommand):
    help = "Make the tables of today's tenant models in the schema 'scratch', without a migration file."

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections["owner"]
        with connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA IF EXISTS {SCRATCH} CASCADE")
            cursor.execute(f"CREATE SCHEMA {SCRATCH}")
        connection.set_schema(SCRATCH)  # type: ignore[attr-defined]
        try:
            models = [
                model
                for config in apps.get_app_configs()
                if config.name in settings.TENANT_APPS
                for model in config.get_models()
            ]
            with connection.schema_editor() as editor:
                for model in models:
                    editor.create_model(model)
        finally:
            connection.set_schema_to_public()  # type: ignore[attr-defined]
        self.stdout.write(
            f"The schema {SCRATCH!r} holds {len(models)} tables as the models are now; triggers come with migrations. "
            "Write those with `make db-generate`."
        )
