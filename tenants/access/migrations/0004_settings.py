import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Now

from kernel.recorder.operations import Record

CHOICES = [
    ("schema_version", models.PositiveSmallIntegerField()),
    ("values", models.JSONField(default=dict, verbose_name="choices")),
    ("row_version", models.PositiveIntegerField(default=1)),
    ("updated_at", models.DateTimeField(db_default=Now())),
]


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0003_token_versions"),
    ]

    operations = [
        migrations.CreateModel(
            name="OrganizationSettings",
            fields=[
                *CHOICES,
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
            ],
            options={
                "verbose_name": "organization settings",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="organization_settings_one_row")
                ],
            },
        ),
        migrations.CreateModel(
            name="Preferences",
            fields=[
                *CHOICES,
                (
                    "membership",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="preferences",
                        serialize=False,
                        to="access.membership",
                    ),
                ),
            ],
            options={"verbose_name": "preferences of", "verbose_name_plural": "preferences"},
        ),
        Record("organizationsettings", label="id", exclude=["id", "schema_version", "updated_at"]),
        Record("preferences", label="membership", exclude=["schema_version", "updated_at"]),
    ]
