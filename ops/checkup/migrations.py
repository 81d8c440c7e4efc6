"""Tell by the exit code whether the database is up to date: `python -m ops.checkup.migrations`."""

import os
import sys

import django


def main() -> int:
    """Return 0 if public tables, template and every organization carry the migrations on disk."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    django.setup()
    from tenants.provisioning.migrate import up_to_date

    return 0 if up_to_date() else 1


if __name__ == "__main__":
    sys.exit(main())
