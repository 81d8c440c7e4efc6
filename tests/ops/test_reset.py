import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops import lock, reset
from ops.archive.tools import Target
from ops.servers.durable import product_lock, project_servers
from ops.servers.errors import ServerError
from ops.servers.place import DURABLE, find_place
from ops.servers.resp import ask

ROLE = "campaign_builder_t_abcdefghijklmnop"


@pytest.fixture
def target(plain_environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Target]:
    with project_servers(plain_environ, purpose="a test", wait_for_users=False) as servers:
        for name, value in servers.environment().items():
            monkeypatch.setenv(name, value)
        yield Target(url=servers.environment()["DATABASE_OWNER_URL"], files=tmp_path / "private")


@pytest.mark.processes
def test_it_drops_the_database_with_its_roles_files_and_cache(target: Target) -> None:
    url = os.environ["REDIS_QUEUE_URL"]
    with target.connect() as connection:
        connection.execute(f"CREATE ROLE {ROLE}; CREATE TABLE kept (id int); GRANT SELECT ON kept TO {ROLE}")
        connection.execute("CREATE ROLE campaign_builder_other")
    target.files.mkdir()
    (target.files / "dump.json").touch()
    ask(url, "SET", "job", "1")

    reset.reset_database(target)

    with target.connect() as connection:
        roles = connection.execute("SELECT rolname FROM pg_roles WHERE rolname ~ '^campaign_builder'").fetchall()
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert roles == [("campaign_builder_other",)]
    assert tables == (0,)
    assert not target.files.exists()
    assert ask(url, "DBSIZE") == "0"


@pytest.mark.parametrize("what", ["database", "servers"])
def test_it_asks_for_confirmation(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    monkeypatch.delenv("CONFIRM", raising=False)

    assert reset.main([what]) == 1

    assert capsys.readouterr().err.endswith("Repeat it with CONFIRM=yes.\n")


def test_it_removes_the_servers_data(data_folder: Path) -> None:
    place = find_place(DURABLE)
    (place.home / "postgres").mkdir(parents=True)
    (data_folder / "private").mkdir(parents=True)
    (data_folder / "backups").mkdir()

    reset.reset_servers()

    assert not place.home.exists()
    assert not (data_folder / "private").exists()
    assert (data_folder / "backups").exists(), "backups are what one resets with"


def test_it_refuses_while_the_product_runs(data_folder: Path) -> None:
    (data_folder / "private").mkdir(parents=True)

    with product_lock("make demo"), pytest.raises(ServerError, match="make demo is running"):
        reset.reset_servers()
    servers_run = lock.exclusive(data_folder / "servers.lock", purpose="make dev-db")
    with servers_run, pytest.raises(ServerError, match="uses the servers; stop it first"):
        reset.reset_servers()

    assert (data_folder / "private").exists()
