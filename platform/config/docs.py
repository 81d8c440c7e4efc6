"""`make docs`: write the pages that are generated from code, so that they can't be wrong."""

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


PAGES = {"docs/settings.md": settings_page}


def stale() -> list[str]:
    """Return the generated pages that are not what the code says now."""
    return [name for name, page in PAGES.items() if not _is_current(ROOT / name, page())]


def _is_current(path: Path, text: str) -> bool:
    return path.exists() and path.read_text() == text


def _default(value: str | None) -> str:
    return "required in production" if value is None else f"`{value}`"


def main() -> int:
    """Write every page."""
    for name, page in PAGES.items():
        (ROOT / name).write_text(page())
        print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
