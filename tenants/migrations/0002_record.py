from django.db import migrations

from kernel.recorder.operations import Record


class Migration(migrations.Migration):
    """Recording starts in a migration of its own: the log refers to users, so it comes after them."""

    dependencies = [
        ("tenants", "0001_initial"),
        ("audit_platform", "0001_initial"),
    ]

    operations = [
        Record("plan", label="name"),
        Record("organization", label="name", exclude=["migration_key"]),
        Record("domain", label="domain"),
        Record("user", label="email", exclude=["last_login"], mask=["password"]),
        Record("operator", label="user_id"),
        Record("directoryentry", label="email"),
        Record("invitation", label="email", mask=["token_hash"]),
    ]
