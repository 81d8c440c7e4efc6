import django.db.models.functions.datetime
from django.db import migrations, models

import kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportBatch",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("source", models.CharField(max_length=80)),
                ("file_name", models.CharField(max_length=255)),
                ("size", models.BigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("uploaded", "Uploaded"),
                            ("checking", "Checking"),
                            ("ready", "Ready"),
                            ("applying", "Applying"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="uploaded",
                        max_length=20,
                    ),
                ),
                ("error", models.TextField(blank=True, default="")),
                ("counts", models.JSONField(default=dict)),
                ("stage", models.PositiveSmallIntegerField(default=0)),
                ("cursor", models.BigIntegerField(default=0)),
                ("applied", models.BigIntegerField(default=0)),
                ("owner_id", models.UUIDField(blank=True, null=True)),
                ("created_by_id", models.UUIDField(blank=True, null=True)),
                ("created_by_name", models.CharField(blank=True, default="", max_length=120)),
                ("job_id", models.UUIDField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "import",
                "verbose_name_plural": "imports",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ImportPayload",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "batch_id", "ord", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("batch_id", models.UUIDField()),
                ("ord", models.BigIntegerField()),
                ("payload", models.JSONField()),
                ("pictures", models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name="LegacyIdentity",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "source", "kind", "legacy_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("source", models.CharField(max_length=80)),
                ("kind", models.CharField(max_length=20)),
                ("legacy_id", models.CharField(max_length=200)),
                ("flow_id", models.CharField(blank=True, max_length=200)),
                ("content_hash", models.CharField(max_length=32)),
                ("changed_at", models.DateTimeField(null=True)),
                ("object_id", models.UUIDField(null=True)),
                ("batch_id", models.UUIDField()),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="ImportRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "batch_id", "ord", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("batch_id", models.UUIDField()),
                ("ord", models.BigIntegerField()),
                ("key", models.TextField()),
                ("path", models.TextField()),
                ("kind", models.CharField(max_length=20)),
                ("legacy_id", models.CharField(blank=True, max_length=200)),
                ("flow_id", models.CharField(blank=True, max_length=200)),
                ("product_ref", models.CharField(blank=True, max_length=200)),
                ("sku", models.CharField(blank=True, max_length=80)),
                ("twin_hash", models.CharField(blank=True, max_length=32)),
                ("launched", models.BooleanField()),
                ("changed_at", models.DateTimeField(null=True)),
                ("name", models.CharField(blank=True, max_length=255)),
                ("content_hash", models.CharField(blank=True, max_length=32)),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("fact", models.TextField(blank=True)),
                ("warnings", models.JSONField()),
                ("held_pictures", models.IntegerField()),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("created", "Created"),
                            ("duplicate", "Duplicate"),
                            ("conflict", "Conflict"),
                            ("rejected", "Rejected"),
                            ("pending", "Pending"),
                            ("kept", "Kept"),
                            ("listed", "Listed"),
                        ],
                        max_length=20,
                    ),
                ),
                ("code", models.CharField(blank=True, max_length=40)),
                ("object_id", models.UUIDField(null=True)),
            ],
            options={
                "ordering": ["batch_id", "ord"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("verdict__in", ["rejected", "conflict"])),
                        fields=["batch_id", "ord"],
                        name="importrow_problems",
                    )
                ],
            },
        ),
    ]
