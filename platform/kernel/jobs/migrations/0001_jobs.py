import uuid

import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models

import kernel.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Lane",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("served_at", models.DateTimeField(null=True)),
                ("paused_at", models.DateTimeField(null=True)),
                ("paused_reason", models.CharField(default="", max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("organization_id", models.UUIDField(editable=False, null=True)),
                ("tenant_role", models.CharField(default="", editable=False, max_length=63)),
                ("kind", models.CharField(max_length=80)),
                ("queue", models.CharField(max_length=40)),
                ("payload", models.JSONField(default=dict)),
                ("dedupe_key", models.CharField(default="", max_length=200)),
                ("serial_key", models.CharField(default="", max_length=200)),
                ("priority", models.SmallIntegerField(default=3)),
                ("run_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Waiting"),
                            ("dispatched", "Handed to a worker"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("dead", "Given up"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="pending",
                        max_length=12,
                    ),
                ),
                ("attempt", models.IntegerField(default=0)),
                ("max_attempts", models.IntegerField(default=5)),
                ("deaths", models.IntegerField(default=0)),
                ("lease_until", models.DateTimeField(null=True)),
                ("fence", models.BigIntegerField(default=0)),
                ("worker", models.CharField(default="", max_length=120)),
                ("cancel_requested_at", models.DateTimeField(null=True)),
                ("progress", models.JSONField(default=dict)),
                ("steps", models.JSONField(default=list)),
                ("result", models.JSONField(null=True)),
                ("error_class", models.CharField(default="", max_length=200)),
                ("error_text", models.CharField(default="", max_length=1000)),
                ("actor_kind", models.CharField(max_length=10)),
                ("actor_user_id", models.UUIDField(null=True)),
                ("actor_name", models.CharField(default="", max_length=120)),
                ("actor_email", models.CharField(default="", max_length=254)),
                ("actor_role", models.CharField(default="", max_length=40)),
                ("actor_token_id", models.UUIDField(null=True)),
                ("actor_scopes", models.JSONField(null=True)),
                ("request_id", models.CharField(default="", max_length=64)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        models.F("queue"),
                        django.db.models.functions.comparison.Coalesce(
                            "organization_id", models.Value(uuid.UUID("00000000-0000-0000-0000-000000000000"))
                        ),
                        models.F("priority"),
                        models.F("run_at"),
                        models.F("id"),
                        condition=models.Q(("state", "pending")),
                        name="job_ready",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["dispatched", "running"])),
                        fields=["lease_until"],
                        name="job_leased",
                    ),
                    models.Index(fields=["organization_id", "-id"], name="job_of_organization"),
                    models.Index(fields=["state", "-id"], name="job_by_state"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state__in", ["pending", "dispatched", "running"]),
                            models.Q(("dedupe_key", ""), _negated=True),
                        ),
                        fields=("organization_id", "kind", "dedupe_key"),
                        name="job_once_active",
                        nulls_distinct=False,
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state__in", ["dispatched", "running"]), models.Q(("serial_key", ""), _negated=True)
                        ),
                        fields=("organization_id", "serial_key"),
                        name="job_one_at_a_time",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["pending", "dispatched", "running", "done", "failed", "dead", "cancelled"])
                        ),
                        name="job_state_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("priority__range", (1, 5))), name="job_priority_range"),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.LessThanOrEqual(
                            django.db.models.functions.text.Length(
                                django.db.models.functions.comparison.Cast("payload", models.TextField())
                            ),
                            8192,
                        ),
                        name="job_payload_small",
                    ),
                ],
            },
        ),
    ]
