"""Every test gets a data folder of its own and no servers from the outside."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.servers.group import DATABASE_VARIABLES, REDIS_VARIABLES, remove_everything


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A fresh data folder whose servers are removed afterwards, whatever the test left running."""
    folder = tmp_path / "data"
    monkeypatch.setenv("DATA_FOLDER", str(folder))
    for name in (*DATABASE_VARIABLES, *REDIS_VARIABLES, "PORT", "BASE_DOMAIN"):
        monkeypatch.delenv(name, raising=False)
    yield folder
    remove_everything()


@pytest.fixture
def plain_environ(data_folder: Path) -> dict[str, str]:
    """The environment of a fresh project."""
    return dict(os.environ)
