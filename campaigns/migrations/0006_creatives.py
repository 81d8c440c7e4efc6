import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import kernel.ids
from kernel.recorder.operations import Record


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0005_revisions"),
        ("catalog", "0003_assets"),
    ]

    operations = [
        migrations.CreateModel(
            name="Creative",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("row_version", models.PositiveIntegerField(db_default=1, default=1)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("trashed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "campaign",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="creatives",
                        to="campaigns.campaign",
                    ),
                ),
                ("name", models.CharField(max_length=255)),
                ("placement", models.CharField(max_length=40)),
                (
                    "status",
                    models.CharField(
                        choices=[("active", "Active"), ("paused", "Paused")],
                        db_default="active",
                        default="active",
                        max_length=20,
                    ),
                ),
                ("headline", models.CharField(blank=True, db_default="", default="", max_length=255)),
                ("body", models.TextField(blank=True, db_default="", default="")),
                ("cta", models.CharField(blank=True, db_default="", default="", max_length=80)),
                ("final_url", models.CharField(blank=True, db_default="", default="", max_length=2000)),
                ("layout", models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict)),
                ("position", models.PositiveIntegerField(db_default=0, default=0)),
                ("data", models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict)),
                ("legacy_source", models.CharField(blank=True, max_length=80, null=True)),
                ("legacy_id", models.CharField(blank=True, max_length=300, null=True)),
            ],
            options={
                "ordering": ["campaign", "position", "id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("trashed_at", None)),
                        fields=["campaign", "position", "id"],
                        name="creative_of_campaign",
                    ),
                    models.Index(
                        condition=models.Q(("trashed_at", None), _negated=True),
                        fields=["campaign"],
                        name="creative_in_trash",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("legacy_source", "legacy_id"), name="creative_legacy_unique"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("legacy_id", None), ("legacy_source", None)),
                            models.Q(("legacy_id__isnull", False), ("legacy_source__isnull", False)),
                            _connector="OR",
                        ),
                        name="creative_legacy_pair",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("row_version__gte", 1)), name="creative_version_positive"
                    ),
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="creative_name_given"),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["active", "paused"])), name="creative_status_known"
                    ),
                ],
            },
        ),
        Record(
            model="creative",
            label="name",
        ),
        migrations.CreateModel(
            name="CreativeAsset",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "creative",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="asset_links",
                        to="campaigns.creative",
                    ),
                ),
                (
                    "asset",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="creative_links",
                        to="catalog.asset",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="creative_links",
                        to="catalog.assetversion",
                    ),
                ),
                ("slot", models.CharField(max_length=80)),
                ("position", models.PositiveIntegerField(db_default=0, default=0)),
            ],
            options={
                "ordering": ["creative", "position", "id"],
                "indexes": [
                    models.Index(fields=["asset"], name="creativeasset_of_asset"),
                    models.Index(
                        condition=models.Q(("version__isnull", False)),
                        fields=["version"],
                        name="creativeasset_of_version",
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("creative", "slot"), name="creativeasset_slot_once")],
            },
        ),
        Record(
            model="creativeasset",
            label="slot",
        ),
        migrations.CreateModel(
            name="CreativeProduct",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "creative",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="product_links",
                        to="campaigns.creative",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="creative_links",
                        to="catalog.product",
                    ),
                ),
                ("position", models.PositiveIntegerField(db_default=0, default=0)),
            ],
            options={
                "ordering": ["creative", "position", "id"],
                "indexes": [models.Index(fields=["product"], name="creativeproduct_of_product")],
                "constraints": [models.UniqueConstraint(fields=("creative", "product"), name="creativeproduct_once")],
            },
        ),
        Record(
            model="creativeproduct",
            label="product",
        ),
    ]
