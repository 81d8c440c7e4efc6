import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kernel.ids
from kernel.recorder.operations import Record, Unrecord


class Migration(migrations.Migration):
    """What people choose for themselves, and the links by which they get a new password or another address."""

    dependencies = [
        ("tenants", "0003_cache_fallback"),
    ]

    operations = [
        Unrecord("user", label="email", exclude=["last_login"], mask=["password"]),
        Unrecord("directoryentry", label="email"),
        migrations.AddField(
            model_name="directoryentry",
            name="picture",
            field=models.CharField(blank=True, default="", max_length=120),
        ),
        migrations.AddField(
            model_name="user",
            name="language",
            field=models.CharField(choices=[("en", "English")], default="en", max_length=10),
        ),
        migrations.AddField(
            model_name="user",
            name="picture",
            field=models.CharField(blank=True, default="", max_length=120),
        ),
        migrations.AddField(
            model_name="user",
            name="theme",
            field=models.CharField(
                choices=[("auto", "As the system"), ("light", "Light"), ("dark", "Dark")], default="auto", max_length=5
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="time_zone",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.CreateModel(
            name="EmailChange",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("email", models.EmailField(max_length=254)),
                ("token_hash", models.BinaryField(max_length=32, null=True, unique=True)),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PasswordReset",
            fields=[
                ("token_hash", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        Record("user", label="email", exclude=["last_login"], mask=["password"]),
        Record("directoryentry", label="email", exclude=["picture"]),
    ]
