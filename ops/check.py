"""Everything that can be said about the code without running it: `make check`."""

import subprocess
import sys
import time

from ops.project import ROOT

STEPS = {
    "style": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "types": ["mypy", "."],
    "layers": ["lint-imports"],
    "migrations": ["python", "manage.py", "makemigrations", "--check", "--dry-run"],
    "settings": ["python", "manage.py", "check"],
    "templates and docs": ["pytest", "-q", "tests/lint"],
}


def main() -> int:
    """Run every check, whatever the earlier ones found; print a summary and return 1 if any failed."""
    failed = []
    for name, command in STEPS.items():
        print(f"== {name}: {' '.join(command)}", flush=True)
        started = time.monotonic()
        if subprocess.run(command, cwd=ROOT).returncode:
            failed.append(name)
        print(f"   {time.monotonic() - started:.1f} s", flush=True)
    print(f"check: {', '.join(failed)} failed" if failed else "check: everything passed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
