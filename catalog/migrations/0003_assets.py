import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models

import kernel.ids
from kernel.recorder.operations import Record
from tenants.access.operations import CountAccess, FollowChanges


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0002_people_teams_shares"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("catalog", "0002_shares"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Asset",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("row_version", models.PositiveIntegerField(db_default=1, default=1)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("trashed_at", models.DateTimeField(blank=True, null=True)),
                ("legacy_source", models.CharField(blank=True, max_length=80, null=True)),
                ("legacy_id", models.CharField(blank=True, max_length=200, null=True)),
                ("name", models.CharField(max_length=255)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("image", "Picture"),
                            ("video", "Video"),
                            ("text", "Text"),
                            ("html", "HTML"),
                            ("font", "Font"),
                            ("document", "Document"),
                        ],
                        max_length=20,
                    ),
                ),
                ("alt", models.CharField(blank=True, db_default="", default="", max_length=500)),
                (
                    "status",
                    models.CharField(
                        choices=[("active", "Active"), ("archived", "Archived")],
                        db_default="active",
                        default="active",
                        max_length=20,
                    ),
                ),
                ("rights_until", models.DateField(blank=True, null=True)),
                ("rights_warned", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "label_ids",
                    ArrayField(
                        base_field=models.UUIDField(),
                        blank=True,
                        db_default=models.Value([], ArrayField(base_field=models.UUIDField())),
                        default=list,
                    ),
                ),
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
                "permissions": [
                    ("access_viewer", "Shared to view"),
                    ("access_editor", "Shared to edit"),
                    ("access_manager", "Shared to manage"),
                ],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("trashed_at", None)), fields=["-updated_at", "-id"], name="asset_recent"
                    ),
                    models.Index(
                        condition=models.Q(("trashed_at", None)), fields=["-created_at", "-id"], name="asset_newest"
                    ),
                    models.Index(condition=models.Q(("trashed_at", None)), fields=["name", "id"], name="asset_by_name"),
                    models.Index(
                        condition=models.Q(("trashed_at", None)),
                        fields=["owner", "-updated_at", "-id"],
                        name="asset_of_owner",
                    ),
                    models.Index(
                        condition=models.Q(("trashed_at", None), ("team__isnull", False)),
                        fields=["team", "-updated_at", "-id"],
                        name="asset_of_team",
                    ),
                    models.Index(
                        condition=models.Q(("trashed_at", None), _negated=True),
                        fields=["-trashed_at", "-id"],
                        name="asset_in_trash",
                    ),
                    GinIndex(fields=["label_ids"], name="asset_labels"),
                    models.Index(
                        condition=models.Q(("rights_until__isnull", False), ("trashed_at", None)),
                        fields=["rights_until", "id"],
                        name="asset_rights",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("legacy_source", "legacy_id"), name="asset_legacy_unique"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("legacy_id", None), ("legacy_source", None)),
                            models.Q(("legacy_id__isnull", False), ("legacy_source__isnull", False)),
                            _connector="OR",
                        ),
                        name="asset_legacy_pair",
                    ),
                    models.CheckConstraint(condition=models.Q(("row_version__gte", 1)), name="asset_version_positive"),
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="asset_name_given"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["image", "video", "text", "html", "font", "document"])),
                        name="asset_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["active", "archived"])), name="asset_status_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AssetVersion",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("n", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("source_sha256", models.CharField(max_length=64)),
                ("size", models.BigIntegerField()),
                ("stored_bytes", models.BigIntegerField()),
                ("mime", models.CharField(max_length=100)),
                ("width", models.PositiveIntegerField(blank=True, null=True)),
                ("height", models.PositiveIntegerField(blank=True, null=True)),
                ("duration_ms", models.PositiveBigIntegerField(blank=True, null=True)),
                ("file_name", models.CharField(max_length=255)),
                ("storage_key", models.CharField(max_length=200)),
                ("renditions", models.JSONField(blank=True, default=dict)),
                ("note", models.CharField(blank=True, db_default="", default="", max_length=500)),
                ("created_by_id", models.UUIDField(blank=True, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "asset",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="catalog.asset",
                    ),
                ),
            ],
            options={
                "ordering": ["asset", "-n"],
                "indexes": [
                    models.Index(fields=["sha256"], name="assetversion_content"),
                    models.Index(fields=["source_sha256"], name="assetversion_source"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("asset", "n"), name="assetversion_number_once"),
                    models.CheckConstraint(condition=models.Q(("n__gte", 1)), name="assetversion_number_positive"),
                ],
            },
        ),
        migrations.AddField(
            model_name="asset",
            name="current",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="catalog.assetversion",
            ),
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("owner_id", models.UUIDField()),
                ("name", models.CharField(blank=True, default="", max_length=255)),
                ("file_name", models.CharField(max_length=255)),
                ("size", models.BigIntegerField()),
                ("received", models.BigIntegerField(default=0)),
                (
                    "parts",
                    ArrayField(base_field=models.IntegerField(), blank=True, default=list),
                ),
                ("sha256", models.CharField(blank=True, default="", max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[("receiving", "Receiving"), ("completed", "Completed")],
                        default="receiving",
                        max_length=20,
                    ),
                ),
                ("expires_at", models.DateTimeField()),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "asset",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="uploads",
                        to="catalog.asset",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.assetversion",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["expires_at"], name="upload_expiring"),
                    models.Index(fields=["owner_id"], name="upload_of_owner"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("size__gt", 0)), name="upload_size_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("received__gte", 0), ("received__lte", models.F("size"))),
                        name="upload_received_fits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["receiving", "completed"])), name="upload_state_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AssetTeamGrant",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("sort_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, db_default="", default="", max_length=300)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "content_object",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="team_grants",
                        to="catalog.asset",
                    ),
                ),
                (
                    "granted_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to="access.team"),
                ),
                (
                    "permission",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="auth.permission",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-id"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        fields=["group", "-sort_at", "-content_object"],
                        include=("permission", "expires_at"),
                        name="assetteamgrant_of_principal",
                    ),
                    models.Index(fields=["content_object"], name="assetteamgrant_of_object"),
                    models.Index(
                        condition=models.Q(("expires_at__isnull", False)),
                        fields=["expires_at"],
                        name="assetteamgrant_expiring",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("group", "content_object"), name="assetteamgrant_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="AssetUserGrant",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("sort_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, db_default="", default="", max_length=300)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "content_object",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="user_grants",
                        to="catalog.asset",
                    ),
                ),
                (
                    "granted_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "permission",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="auth.permission",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-id"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        fields=["user", "-sort_at", "-content_object"],
                        include=("permission", "expires_at"),
                        name="assetusergrant_of_principal",
                    ),
                    models.Index(fields=["content_object"], name="assetusergrant_of_object"),
                    models.Index(
                        condition=models.Q(("expires_at__isnull", False)),
                        fields=["expires_at"],
                        name="assetusergrant_expiring",
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("user", "content_object"), name="assetusergrant_once")],
            },
        ),
        Record("asset", label="name", exclude=["rights_warned"]),
        Record("assetversion", label="file_name"),
        Record("assetusergrant", label="content_object", exclude=["sort_at"]),
        Record("assetteamgrant", label="content_object", exclude=["sort_at"]),
        FollowChanges("asset", ["catalog_assetusergrant", "catalog_assetteamgrant"]),
        CountAccess("assetusergrant", ["permission_id", "expires_at", "user_id", "content_object_id"]),
        CountAccess("assetteamgrant", ["permission_id", "expires_at", "group_id", "content_object_id"]),
    ]
