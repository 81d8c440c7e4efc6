"""`make bench SUITE=x`: run one suite on throw-away servers."""

import os
import sys
from importlib import import_module

SUITES = ("onboarding", "import", "access")


def main(arguments: list[str]) -> int:
    """Run the named suite; its last line is `BENCH {json}`."""
    if len(arguments) != 1 or arguments[0] not in SUITES:
        print(f"Name one suite: make bench SUITE={'|'.join(SUITES)}")
        return 2
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    django.setup()
    from tenants.provisioning.migrate import migrate

    migrate(print)
    name = "legacy_import" if arguments[0] == "import" else arguments[0]
    import_module(f"ops.bench.{name}").run(small=os.environ.get("SIZE") == "small")
    return 0


sys.exit(main(sys.argv[1:]))
