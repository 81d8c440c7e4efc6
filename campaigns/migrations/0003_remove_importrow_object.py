from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0002_legacy_import"),
    ]

    operations = [
        migrations.RemoveField(model_name="importrow", name="object_id"),
    ]
