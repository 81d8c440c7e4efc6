"""`make docs`: write the pages that are generated from code, so that they can't be wrong."""

import os
import sys
from pathlib import Path

from config.settings.env import VARIABLES

ROOT = Path(__file__).resolve().parents[2]


def settings_page() -> str:
    """Return docs/settings.md: every environment variable with its meaning and default."""
    rows = [
        f"| `{variable.name}` | {variable.meaning} | {_default(variable.default)} |" for variable in VARIABLES.values()
    ]
    return "\n".join(
        [
            "# Settings",
            "",
            "Everything that differs between installations comes from the environment. `make demo` and `make dev` need",
            "none of it: the embedded servers set what is required. Production names every missing one at start.",
            "",
            "| variable | meaning | default |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def permissions_page() -> str:
    """Return docs/permissions.md: who may do what, how it is decided, and what each route takes."""
    from config.permissions_page import text  # takes Django, which the settings page must do without

    return text()


PAGES = {"docs/settings.md": settings_page, "docs/permissions.md": permissions_page}


def stale() -> list[str]:
    """Return the generated pages that are not what the code says now."""
    return [name for name, page in PAGES.items() if not _is_current(ROOT / name, page())]


def _is_current(path: Path, text: str) -> bool:
    return path.exists() and path.read_text() == text


def _default(value: str | None) -> str:
    return "required in production" if value is None else f"`{value}`"


def main() -> int:
    """Write every page."""
    _start_django()
    for name, page in PAGES.items():
        (ROOT / name).write_text(page())
        print(f"wrote {name}")
    return 0


def _start_django() -> None:
    """Nothing is asked of a database or of Redis, so any settings that start will do."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    django.setup()


if __name__ == "__main__":
    sys.exit(main())
