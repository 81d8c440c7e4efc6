import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.db import migrations, models

import catalog.models.catalogs
import kernel.ids
from kernel.recorder.operations import Record, Unrecord

# In a new schema there is no product yet, so nothing of this does anything there.
_CATALOGS = """
INSERT INTO catalog_catalog (id, name, source, is_default)
SELECT uuidv7(), 'Products', 'manual', true
WHERE EXISTS (SELECT FROM catalog_product WHERE legacy_source IS NULL)
UNION ALL
SELECT uuidv7(), 'Former campaign builder', 'legacy', false
WHERE EXISTS (SELECT FROM catalog_product WHERE legacy_source IS NOT NULL)
"""
_SHELVES = """
UPDATE catalog_product p SET catalog_id = c.id
FROM catalog_catalog c
WHERE c.source = CASE WHEN p.legacy_source IS NULL THEN 'manual' ELSE 'legacy' END
"""
# A number is given once from now on: the oldest product keeps it, the others remember it.
_REPEATED = """
UPDATE catalog_product p
SET sku = '', row_version = p.row_version + 1,
    data = p.data || jsonb_build_object('legacy',
        CASE WHEN jsonb_typeof(p.data -> 'legacy') = 'object' THEN p.data -> 'legacy' ELSE '{}'::jsonb END
        || jsonb_build_object('sku', p.sku))
FROM (
    SELECT id, row_number() OVER (PARTITION BY catalog_id, sku ORDER BY created_at, id) AS nth
    FROM catalog_product WHERE sku <> '' AND trashed_at IS NULL
) s
WHERE s.id = p.id AND s.nth > 1
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_assets")]

    operations = [
        migrations.CreateModel(
            name="Label",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=120)),
                ("row_version", models.PositiveIntegerField(db_default=1, default=1)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
                (
                    "colour",
                    models.CharField(
                        choices=[
                            ("grey", "Grey"),
                            ("blue", "Blue"),
                            ("teal", "Teal"),
                            ("green", "Green"),
                            ("amber", "Amber"),
                            ("red", "Red"),
                            ("pink", "Pink"),
                            ("violet", "Violet"),
                        ],
                        db_default="grey",
                        default="grey",
                        max_length=10,
                    ),
                ),
            ],
            options={
                "verbose_name": "label",
                "verbose_name_plural": "labels",
                "ordering": ["name", "id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="label_name_given"),
                    models.CheckConstraint(condition=models.Q(("row_version__gte", 1)), name="label_version_positive"),
                    models.UniqueConstraint(django.db.models.functions.text.Lower("name"), name="label_name_unique"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("colour__in", ["grey", "blue", "teal", "green", "amber", "red", "pink", "violet"])
                        ),
                        name="label_colour_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Catalog",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=120)),
                ("row_version", models.PositiveIntegerField(db_default=1, default=1)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
                ("currency", models.CharField(blank=True, db_default="", default="", max_length=3)),
                (
                    "attributes",
                    models.JSONField(
                        db_default=models.Value({"attributes": [], "version": 1}, models.JSONField()),
                        default=catalog.models.catalogs.no_attributes,
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("manual", "Kept by hand"),
                            ("feed", "From files"),
                            ("legacy", "Former campaign builder"),
                        ],
                        db_default="manual",
                        default="manual",
                        max_length=10,
                    ),
                ),
                ("is_default", models.BooleanField(db_default=False, default=False)),
            ],
            options={
                "verbose_name": "catalog",
                "verbose_name_plural": "catalogs",
                "ordering": ["name", "id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="catalog_name_given"),
                    models.CheckConstraint(
                        condition=models.Q(("row_version__gte", 1)), name="catalog_version_positive"
                    ),
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        condition=models.Q(("archived_at", None)),
                        name="catalog_name_unique",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)), fields=("is_default",), name="catalog_one_default"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("source", "legacy")), fields=("source",), name="catalog_one_legacy"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["manual", "feed", "legacy"])), name="catalog_source_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^([A-Z]{3})?$")), name="catalog_currency_code"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("is_default", False), ("archived_at", None), _connector="OR"),
                        name="catalog_default_in_use",
                    ),
                ],
            },
        ),
        Unrecord("product", label="name"),
        migrations.AddField(
            model_name="product",
            name="catalog",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="products",
                to="catalog.catalog",
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="external_id",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            model_name="product",
            name="group_key",
            field=models.CharField(blank=True, db_default="", default="", max_length=120),
        ),
        migrations.AddField(
            model_name="product",
            name="attributes",
            field=models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name="product",
            name="label_ids",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(),
                blank=True,
                db_default=models.Value([], django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField())),
                default=list,
            ),
        ),
        migrations.RunSQL(_CATALOGS, migrations.RunSQL.noop),
        migrations.RunSQL(_SHELVES, migrations.RunSQL.noop),
        migrations.RunSQL(_REPEATED, migrations.RunSQL.noop),
        # A table that still has checks to make can't be altered.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="product",
            name="catalog",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="products",
                to="catalog.catalog",
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                condition=models.Q(("trashed_at", None)),
                fields=["catalog", "-updated_at", "-id"],
                name="product_of_catalog",
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                condition=models.Q(("trashed_at", None), models.Q(("group_key", ""), _negated=True)),
                fields=["catalog", "group_key"],
                name="product_variants",
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=django.contrib.postgres.indexes.GinIndex(fields=["label_ids"], name="product_by_label"),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.UniqueConstraint(
                condition=models.Q(("trashed_at", None), models.Q(("sku", ""), _negated=True)),
                fields=("catalog", "sku"),
                name="product_sku_unique",
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.UniqueConstraint(
                condition=models.Q(("trashed_at", None), models.Q(("external_id", ""), _negated=True)),
                fields=("catalog", "external_id"),
                name="product_external_unique",
            ),
        ),
        migrations.CreateModel(
            name="ProductPicture",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("position", models.PositiveIntegerField(db_default=0, default=0)),
                ("alt", models.CharField(blank=True, db_default="", default="", max_length=300)),
                (
                    "asset",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="product_pictures",
                        to="catalog.asset",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pictures",
                        to="catalog.product",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="product_pictures",
                        to="catalog.assetversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "picture of a product",
                "verbose_name_plural": "pictures of products",
                "ordering": ["product", "position", "id"],
                "indexes": [
                    models.Index(fields=["product", "position", "id"], name="productpicture_in_order"),
                    models.Index(fields=["asset"], name="productpicture_of_asset"),
                    models.Index(
                        condition=models.Q(("version__isnull", False)),
                        fields=["version"],
                        name="productpicture_of_version",
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("product", "asset"), name="productpicture_once")],
            },
        ),
        migrations.CreateModel(
            name="ProductFile",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("direction", models.CharField(choices=[("import", "Import"), ("export", "Export")], max_length=10)),
                ("format", models.CharField(choices=[("csv", "CSV"), ("jsonl", "JSON lines")], max_length=10)),
                ("file_name", models.CharField(max_length=255)),
                ("size", models.BigIntegerField(default=0)),
                ("sha256", models.CharField(blank=True, default="", max_length=64)),
                ("storage_key", models.CharField(blank=True, default="", max_length=300)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("uploaded", "Uploaded"),
                            ("checking", "Checking"),
                            ("ready", "Ready"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="uploaded",
                        max_length=10,
                    ),
                ),
                ("error", models.TextField(blank=True, default="")),
                ("columns", models.JSONField(default=list)),
                ("mapping", models.JSONField(default=dict)),
                (
                    "match",
                    models.CharField(
                        choices=[("sku", "SKU"), ("external_id", "External id")], default="sku", max_length=20
                    ),
                ),
                ("filters", models.JSONField(default=dict)),
                ("rows", models.BigIntegerField(default=0)),
                ("counts", models.JSONField(default=dict)),
                ("cursor", models.BigIntegerField(default=0)),
                ("created_by_id", models.UUIDField(blank=True, null=True)),
                ("created_by_name", models.CharField(blank=True, default="", max_length=120)),
                ("job_id", models.UUIDField(blank=True, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "catalog",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="catalog.catalog",
                    ),
                ),
            ],
            options={
                "verbose_name": "product file",
                "verbose_name_plural": "product files",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["catalog", "-id"], name="productfile_of_catalog")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("direction", "export"), ("catalog__isnull", False), _connector="OR"),
                        name="productfile_import_has_catalog",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProductFileRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "file_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("file_id", models.UUIDField()),
                ("number", models.BigIntegerField()),
                ("cells", models.JSONField()),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("created", "Created"),
                            ("updated", "Updated"),
                            ("unchanged", "Unchanged"),
                            ("rejected", "Rejected"),
                        ],
                        max_length=10,
                    ),
                ),
                ("code", models.CharField(blank=True, default="", max_length=40)),
                ("field", models.CharField(blank=True, default="", max_length=120)),
                ("message", models.TextField(blank=True, default="")),
                ("product_id", models.UUIDField(blank=True, null=True)),
                ("name", models.CharField(blank=True, default="", max_length=255)),
            ],
            options={
                "verbose_name": "row of a product file",
                "verbose_name_plural": "rows of product files",
                "ordering": ["file_id", "number"],
                "indexes": [models.Index(fields=["file_id", "result", "number"], name="productfilerow_by_result")],
            },
        ),
        Record("label", label="name"),
        Record("catalog", label="name"),
        Record("product", label="name"),
        Record("productpicture", label="product"),
    ]
