"""Every test gets an empty data folder and no servers from the outside; the programs are copied only once."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.servers.group import DATABASE_VARIABLES, REDIS_VARIABLES, end_servers, remove_everything
from ops.servers.place import find_place


@pytest.fixture(scope="session")
def session_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data folder that the tests share one after the other."""
    folder = tmp_path_factory.mktemp("ops") / "data"
    yield folder
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA_FOLDER", str(folder))
        remove_everything()


@pytest.fixture
def data_folder(session_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty data folder; servers that a test left running in it are ended."""
    monkeypatch.setenv("DATA_FOLDER", str(session_folder))
    for name in (*DATABASE_VARIABLES, *REDIS_VARIABLES, "PORT", "BASE_DOMAIN"):
        monkeypatch.delenv(name, raising=False)
    session_folder.mkdir(parents=True, exist_ok=True)
    yield session_folder
    place = find_place("dev")
    end_servers(place)
    place.remove()
    for path in session_folder.iterdir():
        if path.is_file():
            path.unlink()
        elif path != place.base:
            shutil.rmtree(path)


@pytest.fixture
def plain_environ(data_folder: Path) -> dict[str, str]:
    """The environment of a fresh project."""
    return dict(os.environ)
