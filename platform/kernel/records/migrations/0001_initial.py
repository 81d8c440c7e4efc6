import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import kernel.ids


class Migration(migrations.Migration):
    initial = True

    dependencies: list[tuple[str, str]] = []

    operations = [
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("principal_id", models.UUIDField()),
                ("key", models.CharField(max_length=255)),
                ("fingerprint", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("headers", models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict)),
                ("body", models.TextField(db_default="", default="")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "ordering": ["-created_at", "-id"],
                "indexes": [models.Index(fields=["created_at"], name="idempotencykey_by_age")],
                "constraints": [
                    models.UniqueConstraint(fields=("principal_id", "key"), name="idempotencykey_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Batch",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("resource", models.CharField(max_length=40)),
                ("action", models.CharField(max_length=40)),
                ("permission", models.CharField(max_length=64)),
                ("actor_id", models.UUIDField(null=True)),
                ("actor_name", models.CharField(blank=True, db_default="", default="", max_length=200)),
                ("size", models.PositiveIntegerField(db_default=0, default=0)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "undo_of",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="undos",
                        to="records.batch",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-id"],
                "indexes": [
                    models.Index(fields=["actor_id", "-created_at", "-id"], name="batch_of_actor"),
                    models.Index(fields=["-created_at", "-id"], name="batch_newest"),
                ],
                "constraints": [models.UniqueConstraint(fields=("undo_of",), name="batch_undone_once")],
            },
        ),
        migrations.CreateModel(
            name="BatchRow",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("position", models.PositiveIntegerField()),
                ("object_id", models.UUIDField()),
                (
                    "effect",
                    models.CharField(
                        choices=[("created", "Created"), ("changed", "Changed"), ("removed", "Removed")],
                        max_length=10,
                    ),
                ),
                ("before", models.TextField(blank=True, db_default="", default="")),
                ("version_after", models.PositiveIntegerField()),
                ("family_after", models.CharField(blank=True, db_default="", default="", max_length=32)),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="records.batch",
                    ),
                ),
            ],
            options={
                "ordering": ["batch", "position"],
                "constraints": [
                    models.UniqueConstraint(fields=("batch", "position"), name="batchrow_position"),
                    models.UniqueConstraint(fields=("batch", "object_id"), name="batchrow_object"),
                ],
            },
        ),
    ]
