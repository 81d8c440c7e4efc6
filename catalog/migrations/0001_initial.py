import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import kernel.ids
from kernel.recorder.operations import Record


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("access", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Product",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("row_version", models.PositiveIntegerField(db_default=1, default=1)),
                ("legacy_source", models.CharField(blank=True, max_length=80, null=True)),
                ("legacy_id", models.CharField(blank=True, max_length=200, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("trashed_at", models.DateTimeField(blank=True, null=True)),
                ("name", models.CharField(max_length=255)),
                ("sku", models.CharField(blank=True, db_default="", default="", max_length=80)),
                ("brand", models.CharField(blank=True, db_default="", default="", max_length=120)),
                ("category", models.CharField(blank=True, db_default="", default="", max_length=120)),
                ("description", models.TextField(blank=True, db_default="", default="")),
                ("url", models.CharField(blank=True, db_default="", default="", max_length=2000)),
                (
                    "status",
                    models.CharField(
                        choices=[("draft", "Draft"), ("active", "Active"), ("archived", "Archived")],
                        db_default="draft",
                        default="draft",
                        max_length=20,
                    ),
                ),
                ("price_micros", models.BigIntegerField(blank=True, null=True)),
                ("currency", models.CharField(blank=True, db_default="", default="", max_length=3)),
                ("data", models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict)),
                (
                    "owner",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="access.team",
                    ),
                ),
            ],
            options={
                "ordering": ["-updated_at", "-id"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("trashed_at", None)), fields=["-updated_at", "-id"], name="product_recent"
                    ),
                    models.Index(
                        condition=models.Q(("trashed_at", None)), fields=["-created_at", "-id"], name="product_newest"
                    ),
                    models.Index(
                        condition=models.Q(("trashed_at", None)), fields=["name", "id"], name="product_by_name"
                    ),
                    models.Index(
                        condition=models.Q(("trashed_at", None)),
                        fields=["owner", "-updated_at", "-id"],
                        name="product_of_owner",
                    ),
                    models.Index(
                        condition=models.Q(("trashed_at", None), ("team__isnull", False)),
                        fields=["team", "-updated_at", "-id"],
                        name="product_of_team",
                    ),
                    models.Index(
                        condition=models.Q(("trashed_at", None), _negated=True),
                        fields=["-trashed_at", "-id"],
                        name="product_in_trash",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("legacy_source", "legacy_id"), name="product_legacy_unique"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("legacy_id", None), ("legacy_source", None)),
                            models.Q(("legacy_id__isnull", False), ("legacy_source__isnull", False)),
                            _connector="OR",
                        ),
                        name="product_legacy_pair",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("row_version__gte", 1)), name="product_version_positive"
                    ),
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="product_name_given"),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["draft", "active", "archived"])), name="product_status_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("price_micros", None), ("price_micros__gte", 0), _connector="OR"),
                        name="product_price_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^([A-Z]{3})?$")), name="product_currency_code"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("price_micros", None), models.Q(("currency", ""), _negated=True), _connector="OR"
                        ),
                        name="product_price_has_currency",
                    ),
                ],
            },
        ),
        Record("product", label="name"),
    ]
