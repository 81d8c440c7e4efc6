from django.db import migrations


class Migration(migrations.Migration):
    """Search inside names: the operators stand in public, and every tenant schema's indexes use them from there."""

    dependencies = [("tenants", "0008_session_families")]

    operations = [
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public", migrations.RunSQL.noop),
    ]
