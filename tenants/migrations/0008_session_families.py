from django.db import migrations, models


class Migration(migrations.Migration):
    """Sessions and handoff codes know the sign-in they come from, and codes the password it was made with."""

    dependencies = [("tenants", "0007_invited_people")]

    operations = [
        migrations.AddField(
            model_name="sessionrecord",
            name="family",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="handoffcode",
            name="family",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="handoffcode",
            name="session_hash",
            field=models.CharField(blank=True, db_default="", default="", max_length=128),
        ),
    ]
