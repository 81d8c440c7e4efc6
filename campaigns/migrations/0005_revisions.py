import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import kernel.ids
from kernel.recorder.operations import Record, Unrecord


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0002_people_teams_shares"),
        ("campaigns", "0004_shares"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Unrecord(
            model="campaign",
            label="name",
        ),
        migrations.AddField(
            model_name="campaign",
            name="budget_kind",
            field=models.CharField(
                blank=True,
                choices=[("daily", "Daily"), ("lifetime", "Lifetime")],
                db_default="",
                default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="spend_cap_micros",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="campaign",
            name="channels",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=40), blank=True, db_default=[], default=list
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="label_ids",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(), blank=True, db_default=[], default=list
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="utm",
            field=models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name="campaign",
            name="targeting",
            field=models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name="campaign",
            name="is_template",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="campaign",
            name="effective_status",
            field=models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("pending", "Pending"),
                    ("serving", "Serving"),
                    ("limited", "Limited"),
                    ("blocked", "Blocked"),
                    ("paused", "Paused"),
                    ("ended", "Ended"),
                    ("archived", "Archived"),
                ],
                db_default="draft",
                default="draft",
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="effective_reasons",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=40), blank=True, db_default=[], default=list
            ),
        ),
        Record(model="campaign", label="name", exclude=["effective_status", "effective_reasons"]),
        migrations.AddIndex(
            model_name="campaign",
            index=django.contrib.postgres.indexes.GinIndex(fields=["label_ids"], name="campaign_by_label"),
        ),
        migrations.AddIndex(
            model_name="campaign",
            index=models.Index(
                condition=models.Q(("starts_at__isnull", False), ("trashed_at", None)),
                fields=["starts_at"],
                name="campaign_by_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("spend_cap_micros", None), ("spend_cap_micros__gte", 0), _connector="OR"),
                name="campaign_cap_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("budget_kind__in", ["", "daily", "lifetime"])), name="campaign_budget_kind_known"
            ),
        ),
        migrations.CreateModel(
            name="CampaignRevision",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "campaign",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="revisions",
                        to="campaigns.campaign",
                    ),
                ),
                ("n", models.PositiveIntegerField()),
                ("tree", models.JSONField()),
                ("content_hash", models.CharField(max_length=64)),
                ("note", models.CharField(blank=True, db_default="", default="", max_length=300)),
                (
                    "author",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("author_name", models.CharField(blank=True, db_default="", default="", max_length=200)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "ordering": ["-n"],
                "constraints": [models.UniqueConstraint(fields=("campaign", "n"), name="campaignrevision_number_once")],
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
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
                ("name", models.CharField(max_length=80)),
                ("query", models.JSONField(default=dict)),
                ("shared", models.BooleanField(db_default=False, default=False)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "ordering": ["name", "id"],
                "indexes": [
                    models.Index(condition=models.Q(("shared", True)), fields=["name"], name="savedview_shared")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("owner", "name"), name="savedview_name_once"),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="savedview_name_given"
                    ),
                ],
            },
        ),
        Record(
            model="savedview",
            label="name",
        ),
    ]
