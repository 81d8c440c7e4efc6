import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import kernel.ids
from kernel.recorder.operations import Record
from tenants.access.operations import CountAccess, FollowChanges


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0002_people_teams_shares"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("catalog", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="product",
            options={
                "ordering": ["-updated_at", "-id"],
                "permissions": [
                    ("access_viewer", "Shared to view"),
                    ("access_editor", "Shared to edit"),
                    ("access_manager", "Shared to manage"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProductTeamGrant",
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
                        to="catalog.product",
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
                        name="productteamgrant_of_principal",
                    ),
                    models.Index(fields=["content_object"], name="productteamgrant_of_object"),
                    models.Index(
                        condition=models.Q(("expires_at__isnull", False)),
                        fields=["expires_at"],
                        name="productteamgrant_expiring",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("group", "content_object"), name="productteamgrant_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ProductUserGrant",
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
                        to="catalog.product",
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
                        name="productusergrant_of_principal",
                    ),
                    models.Index(fields=["content_object"], name="productusergrant_of_object"),
                    models.Index(
                        condition=models.Q(("expires_at__isnull", False)),
                        fields=["expires_at"],
                        name="productusergrant_expiring",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "content_object"), name="productusergrant_once")
                ],
            },
        ),
        Record("productusergrant", label="content_object", exclude=["sort_at"]),
        Record("productteamgrant", label="content_object", exclude=["sort_at"]),
        FollowChanges("product", ["catalog_productusergrant", "catalog_productteamgrant"]),
        CountAccess("productusergrant", ["permission_id", "expires_at", "user_id", "content_object_id"]),
        CountAccess("productteamgrant", ["permission_id", "expires_at", "group_id", "content_object_id"]),
    ]
