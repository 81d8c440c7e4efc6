import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kernel.ids
from kernel.recorder.operations import Record, Unrecord


class Migration(migrations.Migration):
    """Second factors: an organization may ask for them. Sessions: a person sees theirs and ends them."""

    dependencies = [("tenants", "0004_accounts")]

    operations = [
        Unrecord("organization", label="name", exclude=["migration_key"]),
        migrations.AddField(
            model_name="organization",
            name="mfa_required",
            field=models.BooleanField(db_default=False, default=False, verbose_name="Second factor required"),
        ),
        Record("organization", label="name", exclude=["migration_key"]),
        migrations.AddField(
            model_name="handoffcode",
            name="second_factor",
            field=models.CharField(blank=True, db_default="", default="", max_length=20),
        ),
        migrations.CreateModel(
            name="SessionRecord",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("session_key", models.CharField(max_length=40, unique=True)),
                ("host", models.CharField(max_length=253)),
                ("address", models.CharField(blank=True, default="", max_length=45)),
                ("user_agent", models.CharField(blank=True, default="", max_length=300)),
                ("started_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField(db_index=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"ordering": ["-seen_at", "-id"]},
        ),
    ]
