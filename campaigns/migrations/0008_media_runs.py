import django.db.models.deletion
from django.db import migrations, models

import kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0007_drafts"),
    ]

    operations = [
        migrations.CreateModel(
            name="MediaRun",
            fields=[
                ("id", models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("working", "Working"), ("done", "Done"), ("failed", "Failed")],
                        default="working",
                        max_length=20,
                    ),
                ),
                ("error", models.TextField(blank=True, default="")),
                ("cursor", models.BigIntegerField(default=0)),
                ("made", models.JSONField(default=dict)),
                ("report", models.JSONField(default=dict)),
                ("job_id", models.UUIDField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["batch", "-id"],
            },
        ),
        migrations.AddField(
            model_name="importrow",
            name="brought",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="legacyidentity",
            name="brought_version",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name="importrow",
            index=models.Index(
                condition=models.Q(("brought__has_key", "findings")),
                fields=["batch_id", "ord"],
                name="importrow_findings",
            ),
        ),
        migrations.AddField(
            model_name="mediarun",
            name="batch",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="media_runs",
                to="campaigns.importbatch",
            ),
        ),
        migrations.AddIndex(
            model_name="mediarun",
            index=models.Index(fields=["batch", "-id"], name="mediarun_of_import"),
        ),
    ]
