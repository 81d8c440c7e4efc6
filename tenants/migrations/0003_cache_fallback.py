"""The table that Django's cache uses while Redis is away (kernel.cache.fallback)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tenants", "0002_record")]

    operations = [
        migrations.RunSQL(
            sql=[
                "CREATE TABLE kernel_cache_fallback ("
                " key text CONSTRAINT kernel_cache_fallback_pkey PRIMARY KEY,"
                " value text NOT NULL,"
                " ends_at timestamptz NOT NULL)",
                "CREATE INDEX kernel_cache_fallback_ends_at ON kernel_cache_fallback (ends_at)",
            ],
            reverse_sql="DROP TABLE kernel_cache_fallback",
        )
    ]
