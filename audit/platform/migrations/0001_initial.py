import django.db.models.deletion
import django.db.models.functions.uuid
from django.conf import settings
from django.db import migrations, models

from kernel.recorder.operations import AcceptEvents


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PlatformEntry",
            fields=[
                ("serialized_data", models.JSONField(null=True)),
                ("changes", models.JSONField(null=True, verbose_name="change message")),
                ("remote_addr", models.GenericIPAddressField(blank=True, null=True, verbose_name="remote address")),
                ("additional_data", models.JSONField(blank=True, null=True, verbose_name="additional data")),
                (
                    "id",
                    models.UUIDField(
                        db_default=django.db.models.functions.uuid.UUID7(),
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("timestamp", models.DateTimeField(verbose_name="time")),
                ("object_pk", models.CharField(db_default="", max_length=255, verbose_name="object key")),
                ("object_id", models.BigIntegerField(null=True)),
                ("object_repr", models.TextField(db_default="", verbose_name="object")),
                (
                    "action",
                    models.SmallIntegerField(
                        choices=[(0, "create"), (1, "update"), (2, "delete"), (3, "access")], verbose_name="action"
                    ),
                ),
                ("remote_port", models.IntegerField(null=True)),
                ("changes_text", models.TextField(db_default="")),
                ("actor_name", models.TextField(db_default="", verbose_name="actor's name")),
                ("actor_email", models.TextField(null=True, verbose_name="actor's e-mail")),
                ("cid", models.CharField(max_length=255, null=True, verbose_name="request id")),
                ("event", models.CharField(max_length=100, verbose_name="event")),
                ("source", models.CharField(max_length=16, verbose_name="source")),
                ("token_id", models.UUIDField(null=True, verbose_name="token")),
                ("job_id", models.UUIDField(null=True, verbose_name="job")),
                ("reason", models.TextField(db_default="", verbose_name="reason")),
                ("db_user", models.TextField(db_default="", verbose_name="database user")),
                ("txid", models.BigIntegerField(verbose_name="transaction")),
                (
                    "actor",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="actor",
                    ),
                ),
                (
                    "content_type",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="contenttypes.contenttype",
                        verbose_name="type",
                    ),
                ),
            ],
            options={
                "verbose_name": "log entry",
                "verbose_name_plural": "log entries",
                "ordering": ["-id"],
                "get_latest_by": "id",
                "abstract": False,
                "indexes": [
                    models.Index(fields=["content_type", "object_pk", "-id"], name="audit_platform_of_object"),
                    models.Index(fields=["actor", "-id"], name="audit_platform_of_actor"),
                    models.Index(fields=["event", "-id"], name="audit_platform_of_event"),
                    models.Index(
                        condition=models.Q(("cid__isnull", False)),
                        fields=["cid", "-id"],
                        name="audit_platform_of_request",
                    ),
                ],
            },
        ),
        AcceptEvents("platformentry"),
    ]
