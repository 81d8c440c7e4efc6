"""Files that others wrote are the ones that were checked in, each with its licence."""

import hashlib
from pathlib import Path

import pytest

VENDOR = Path(__file__).parents[2] / "console/static/console/vendor"
LISTED = {
    name: digest
    for digest, name in (line.split("  ", 1) for line in (VENDOR / "vendor.sha256").read_text().splitlines())
}
FOLDERS = sorted(path for path in VENDOR.iterdir() if path.is_dir())


def test_the_list_names_every_vendored_file() -> None:
    present = {
        path.relative_to(VENDOR).as_posix() for folder in FOLDERS for path in folder.rglob("*") if path.is_file()
    }

    assert present == set(LISTED)


@pytest.mark.parametrize("name", sorted(LISTED))
def test_a_vendored_file_is_unchanged(name: str) -> None:
    assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == LISTED[name]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_vendored_folder_has_its_licence(folder: Path) -> None:
    assert (folder / "LICENSE").read_text().strip()
