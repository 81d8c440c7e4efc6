from django.db import migrations, models

from kernel.recorder.operations import Record, Unrecord


class Migration(migrations.Migration):
    """Invitations name the invited person's own row and their teams."""

    dependencies = [
        ("tenants", "0006_user_groups"),
    ]

    operations = [
        Unrecord("invitation", label="email", mask=["token_hash"]),
        migrations.AddField(
            model_name="invitation",
            name="membership_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="invitation",
            name="row_version",
            field=models.PositiveIntegerField(db_default=1, default=1),
        ),
        migrations.AddField(
            model_name="invitation",
            name="teams",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddIndex(
            model_name="invitation",
            index=models.Index(
                condition=models.Q(("accepted_at", None), ("revoked_at", None)),
                fields=["organization", "-created_at", "-id"],
                name="invitation_open_newest",
            ),
        ),
        Record("invitation", label="email", mask=["token_hash"]),
    ]
