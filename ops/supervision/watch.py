"""What has changed in the source files."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from ops.project import ROOT, data_folder

FOLDERS = ("platform", "tenants", "catalog", "campaigns", "audit", "console", "ops")
SOURCE_ENDINGS = (".py", ".html", ".css", ".js", ".svg", ".json", ".sql")


def state_of_sources() -> dict[str, int]:
    """Return the time of change of every source file."""
    return {
        entry.path: entry.stat().st_mtime_ns
        for folder in FOLDERS
        for entry in files_below(ROOT / folder)
        if entry.name.endswith(SOURCE_ENDINGS)
    }


def files_below(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Yield the files in a folder and its subfolders."""
    try:
        entries = list(os.scandir(folder))
    except FileNotFoundError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if entry.name != "__pycache__":
                yield from files_below(Path(entry.path))
        elif entry.is_file():
            yield entry


def changed_file(before: dict[str, int], after: dict[str, int]) -> str | None:
    """Return one of the files that differ, as seen from the project's folder, or None."""
    differing = sorted(path for path, _time in before.items() ^ after.items())
    return os.path.relpath(differing[0], ROOT) if differing else None


class StaticFiles:
    """Remembers for which static files `collectstatic` ran last."""

    def __init__(self) -> None:
        self.stamp = data_folder() / "static.stamp"

    def are_current(self) -> bool:
        """Tell whether the collected files are those of the sources and of the locked packages."""
        try:
            return self.stamp.read_text() == self.fingerprint() and (ROOT / ".data" / "static").is_dir()
        except FileNotFoundError:
            return False

    def remember(self) -> None:
        """Note that the collected files are current."""
        self.stamp.write_text(self.fingerprint())

    def fingerprint(self) -> str:
        """Return what the collected files depend on."""
        digest = hashlib.sha256((ROOT / "requirements" / "runtime.txt").read_bytes())
        for folder in sorted(ROOT.glob("*/static")) + sorted(ROOT.glob("*/*/static")):
            for entry in sorted(files_below(folder), key=lambda found: found.path):
                found = entry.stat()
                digest.update(f"{entry.path}|{found.st_size}|{found.st_mtime_ns}\n".encode())
        return digest.hexdigest()
