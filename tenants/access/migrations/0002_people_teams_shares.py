import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import kernel.ids
from kernel.recorder.operations import Record, Unrecord
from tenants.access.operations import CountAccess, MakeEpoch


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Unrecord("role", label="name"),
        Unrecord("team", label="name"),
        Unrecord("membership", label="name"),
        Unrecord("servicetoken", label="name", exclude=["last_used_at"], mask=["secret_hash"]),
        migrations.CreateModel(
            name="TeamObjectPermission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("object_pk", models.CharField(max_length=255, verbose_name="object ID")),
            ],
            options={
                "abstract": False,
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="AccessEpoch",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("value", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="TeamMembership",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "role",
                    models.CharField(choices=[("lead", "Lead"), ("member", "Member")], default="member", max_length=10),
                ),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AlterModelOptions(
            name="role",
            options={"ordering": ["position", "name", "id"]},
        ),
        migrations.AlterModelOptions(
            name="team",
            options={"ordering": ["name", "id"]},
        ),
        migrations.RemoveConstraint(
            model_name="team",
            name="team_name_unique",
        ),
        migrations.AddField(
            model_name="membership",
            name="expires_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="role",
            name="description",
            field=models.CharField(blank=True, db_default="", default="", max_length=300),
        ),
        migrations.AddField(
            model_name="servicetoken",
            name="former_hash",
            field=models.BinaryField(max_length=32, null=True),
        ),
        migrations.AddField(
            model_name="servicetoken",
            name="former_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="servicetoken",
            name="rotated_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="team",
            name="created_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.AddField(
            model_name="team",
            name="description",
            field=models.CharField(blank=True, db_default="", default="", max_length=300),
        ),
        migrations.AddField(
            model_name="team",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="team",
            name="parent",
            field=models.ForeignKey(
                blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to="access.team"
            ),
        ),
        migrations.AddField(
            model_name="team",
            name="row_version",
            field=models.PositiveIntegerField(db_default=1, default=1),
        ),
        migrations.AlterField(
            model_name="membership",
            name="status",
            field=models.CharField(
                choices=[
                    ("invited", "Invited"),
                    ("active", "Active"),
                    ("suspended", "Suspended"),
                    ("holder", "Holder account"),
                ],
                default="active",
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="membership",
            name="user",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="team",
            index=models.Index(condition=models.Q(("parent__isnull", False)), fields=["parent"], name="team_of_parent"),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("email"),
                condition=models.Q(("status", "invited")),
                name="membership_once_invited",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "invited"), ("user", None)),
                    models.Q(models.Q(("status", "invited"), _negated=True), ("user__isnull", False)),
                    _connector="OR",
                ),
                name="membership_invited_has_no_user",
            ),
        ),
        migrations.AddConstraint(
            model_name="role",
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower("name"), name="role_name_unique"),
        ),
        migrations.AddConstraint(
            model_name="team",
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower("name"), name="team_name_unique"),
        ),
        migrations.AddConstraint(
            model_name="team",
            constraint=models.CheckConstraint(
                condition=models.Q(("parent", models.F("id")), _negated=True), name="team_not_its_own_parent"
            ),
        ),
        migrations.AddConstraint(
            model_name="accessepoch",
            constraint=models.CheckConstraint(condition=models.Q(("id", 1)), name="access_epoch_one_row"),
        ),
        migrations.AddField(
            model_name="teammembership",
            name="team",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="memberships",
                to="access.team",
            ),
        ),
        migrations.AddField(
            model_name="teammembership",
            name="user",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="team_memberships",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="teammembership",
            index=models.Index(fields=["team", "user"], name="team_membership_of_team"),
        ),
        migrations.AddConstraint(
            model_name="teammembership",
            constraint=models.UniqueConstraint(fields=("user", "team"), name="team_membership_once"),
        ),
        Record("role", label="name"),
        Record("team", label="name"),
        Record("membership", label="name"),
        Record("servicetoken", label="name", exclude=["last_used_at"], mask=["former_hash", "secret_hash"]),
        Record("teammembership", label="team"),
        MakeEpoch("accessepoch"),
        CountAccess("role", ["slug", "permissions"]),
        CountAccess("team", ["parent_id"]),
        CountAccess("teammembership"),
        CountAccess("membership", ["user_id", "role_id", "status", "expires_at"]),
        CountAccess("servicetoken", ["owner_id", "secret_hash", "former_until", "scopes", "expires_at", "revoked_at"]),
    ]
