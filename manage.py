#!/usr/bin/env python3
"""Django's command line, with both source roots importable."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def main() -> None:
    """Run the management command named on the command line."""
    # At the end, so that the folder `platform` never stands before the standard library's module.
    sys.path += [path for path in (str(ROOT), str(ROOT / "platform")) if path not in sys.path]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    try:
        from django.core.management import execute_from_command_line
    except ImportError as error:
        raise SystemExit("Django is missing here: use `make`, or `.venv/bin/python manage.py`.") from error
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
