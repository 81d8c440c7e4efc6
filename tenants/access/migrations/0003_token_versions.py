from django.db import migrations, models

from kernel.recorder.operations import Record, Unrecord


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0002_people_teams_shares"),
    ]

    operations = [
        Unrecord("servicetoken", label="name", exclude=["last_used_at"], mask=["former_hash", "secret_hash"]),
        migrations.AddField(
            model_name="servicetoken",
            name="row_version",
            field=models.PositiveIntegerField(db_default=1, default=1),
        ),
        Record("servicetoken", label="name", exclude=["last_used_at"], mask=["former_hash", "secret_hash"]),
    ]
