import contextlib
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from ops.servers import valkey
from ops.servers.durable import is_answering, project_servers
from ops.servers.errors import ServerError
from ops.servers.group import Group, group, sweep_throwaways, throwaway, throwaway_locks
from ops.servers.place import DURABLE, OWNER, PREFIX, Place, find_place, prepare
from ops.servers.process import command_line

pytestmark = pytest.mark.processes


def test_throwaway_servers_answer_and_leave_nothing(plain_environ: dict[str, str]) -> None:
    with throwaway(plain_environ) as servers:
        urls = servers.environment()
        place = servers.place
        with psycopg.connect(urls["DATABASE_URL"]) as connection:
            row = connection.execute("SELECT current_user, current_database(), current_setting('fsync')")
            assert row.fetchone() == ("app", "campaign_builder", "off")
        with psycopg.connect(urls["DATABASE_OWNER_URL"]) as connection:
            rights = "SELECT rolcreaterole, rolcreatedb, rolsuper FROM pg_roles WHERE rolname = current_user"
            assert connection.execute(rights).fetchone() == (True, True, False)
        assert settings_of(servers) == {"cache": "volatile-lru", "queue": "noeviction"}
        assert stat.S_IMODE(place.sockets.stat().st_mode) == 0o700

    assert not place.home.exists()
    assert not place.sockets.exists()
    assert not list(throwaway_locks().iterdir())


def test_durable_servers_keep_their_data_and_sync_it(plain_environ: dict[str, str]) -> None:
    with durable(plain_environ) as servers:
        url = servers.environment()["DATABASE_OWNER_URL"]
        with psycopg.connect(url) as connection:
            assert connection.execute("SHOW fsync").fetchone() == ("on",)
            connection.execute("CREATE TABLE kept (id int)")
        ask(servers, "queue", b"SET kept 1\r\n")

    with durable(plain_environ) as servers:
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
        assert ask(servers, "queue", b"GET kept\r\n") == b"$1\r\n1\r\n"


def test_a_second_user_joins_the_running_servers(plain_environ: dict[str, str]) -> None:
    with project_servers(plain_environ, purpose="first", wait_for_users=False) as first:
        with project_servers(plain_environ, purpose="second", wait_for_users=False) as second:
            assert second.environment() == first.environment()
            assert second.postgres is not None
            assert second.postgres.process is None

        assert is_answering(first)


def test_servers_die_with_a_killed_runner_and_the_next_start_works(plain_environ: dict[str, str]) -> None:
    place = find_place(DURABLE)
    runner = subprocess.Popen(
        [sys.executable, "-m", "ops.run", "--", "sleep", "60"], env=plain_environ, stderr=subprocess.DEVNULL
    )
    wait_for(lambda: (place.sockets / "queue.sock").exists() and is_answering(found(plain_environ)))
    pids = [int((place.home / "postgres" / "postmaster.pid").read_text().split("\n")[0])]
    pids += [int((place.home / name / "valkey.pid").read_text()) for name in ("cache", "queue")]

    runner.kill()
    runner.wait()
    with durable(plain_environ) as servers:
        assert is_answering(servers)

    assert [command_line(pid) for pid in pids] == ["", "", ""]


def test_a_leftover_server_is_replaced(plain_environ: dict[str, str]) -> None:
    left = group(find_place(DURABLE), plain_environ, durable=True)
    left.start()
    assert left.postgres is not None
    assert left.postgres.process is not None

    with durable(plain_environ) as servers:
        assert left.postgres.process.poll() is not None
        assert is_answering(servers)
    left.stop()


def test_a_crashed_server_is_started_again_on_its_data(plain_environ: dict[str, str]) -> None:
    with durable(plain_environ) as servers:
        assert servers.postgres is not None
        assert servers.postgres.process is not None
        with psycopg.connect(servers.environment()["DATABASE_OWNER_URL"]) as connection:
            connection.execute("CREATE TABLE kept (id int)")
        servers.postgres.process.kill()
        servers.postgres.process.wait()
        assert servers.ended() == ["postgres"]

        servers.restart_ended()

        assert servers.ended() == []
        with psycopg.connect(servers.environment()["DATABASE_OWNER_URL"]) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_removed_data_is_not_replaced_by_an_empty_database(plain_environ: dict[str, str]) -> None:
    with durable(plain_environ) as servers:
        assert servers.postgres is not None
        assert servers.postgres.process is not None
        servers.postgres.process.kill()
        servers.postgres.process.wait()
        shutil.rmtree(servers.postgres.data)

        with pytest.raises(ServerError, match="has been removed"):
            servers.restart_ended()


def test_a_lock_file_that_names_a_stranger_is_ignored(plain_environ: dict[str, str]) -> None:
    with durable(plain_environ) as servers:
        data = servers.place.home / "postgres"
    stale = f"{os.getppid()}\n{data}\n1700000000\n5432\n{servers.place.sockets}\n\n  1 2\nready\n"
    (data / "postmaster.pid").write_text(stale)
    (servers.place.home / "cache" / "valkey.pid").write_text(str(os.getppid()))

    with durable(plain_environ) as servers:
        assert is_answering(servers)


def test_a_server_that_cannot_start_shows_its_log(plain_environ: dict[str, str]) -> None:
    with durable(plain_environ) as servers:
        data = servers.place.home / "postgres"
    (data / "postgresql.conf").write_text("nonsense = 1\n")

    with pytest.raises(ServerError) as refused, durable(plain_environ):
        raise AssertionError("it started")

    assert 'unrecognized configuration parameter "nonsense"' in str(refused.value)
    assert not valkey.answers(servers.place.sockets / "cache.sock")


def test_the_sweep_removes_servers_of_a_killed_test_run(plain_environ: dict[str, str]) -> None:
    runner = subprocess.Popen(
        [sys.executable, "-m", "ops.run", "--profile", "test", "--", "sleep", "60"], env=plain_environ
    )
    wait_for(lambda: any(throwaway_locks().glob("test-*")))
    place = find_place(next(throwaway_locks().glob("test-*")).name)
    wait_for(lambda: (place.sockets / ".s.PGSQL.5432").exists())
    sweep_throwaways()
    assert place.home.exists(), "a live run is left alone"

    runner.kill()
    runner.wait()
    sweep_throwaways()

    assert not place.home.exists()
    assert not list(throwaway_locks().glob("test-*"))


def test_terminating_the_runner_stops_command_and_servers(plain_environ: dict[str, str]) -> None:
    command = ["sh", "-c", "echo $$; exec sleep 60"]
    runner = subprocess.Popen(
        [sys.executable, "-m", "ops.run", "--profile", "test", "--", *command],
        env=plain_environ,
        stdout=subprocess.PIPE,
    )
    assert runner.stdout
    child = int(runner.stdout.readline())

    runner.send_signal(signal.SIGTERM)

    assert runner.wait(10) == 143
    runner.stdout.close()
    assert command_line(child) == ""
    assert not list(throwaway_locks().glob("test-*"))


def test_variables_of_the_environment_replace_embedded_servers(data_folder: Path) -> None:
    environ = {
        "DATABASE_URL": "postgresql://app@db/x",
        "DATABASE_OWNER_URL": "postgresql://owner@db/x",
        "REDIS_URL": "redis://cache/0",
        "REDIS_QUEUE_URL": "redis://cache/1",
    }

    servers = group(find_place(DURABLE), environ, durable=True)

    assert (servers.postgres, servers.cache, servers.queue) == (None, None, None)
    assert servers.environment() == {}


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        (
            {"DATABASE_URL": "postgresql://app@db/x"},
            "DATABASE_URL is set, so DATABASE_OWNER_URL must be set too.",
        ),
        ({"REDIS_QUEUE_URL": "redis://q/0"}, "REDIS_QUEUE_URL is set, so REDIS_URL must be set too."),
        (
            {"REDIS_URL": "redis://q/0", "REDIS_QUEUE_URL": "redis://q/0"},
            "REDIS_URL and REDIS_QUEUE_URL name the same database; the cache would evict jobs.",
        ),
    ],
)
def test_half_an_environment_is_refused(data_folder: Path, environ: dict[str, str], message: str) -> None:
    with pytest.raises(ServerError) as refused:
        group(find_place(DURABLE), environ, durable=True)

    assert str(refused.value) == message


def test_a_socket_path_that_is_too_long_moves_to_a_short_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_FOLDER", str(tmp_path / ("long" * 20)))
    monkeypatch.setattr("os.geteuid", lambda: 1000)

    place = find_place(DURABLE)

    assert place.home == tmp_path / ("long" * 20) / "servers" / "dev"
    assert place.sockets != place.home / "run"
    assert len(str(place.sockets / ".s.PGSQL.5432")) < 104


@pytest.mark.skipif(os.geteuid() != 0, reason="only root keeps servers outside the project")
@pytest.mark.parametrize(("has_project", "has_data"), [(False, False), (True, False), (False, True)])
def test_folders_of_vanished_projects_are_removed_unless_they_hold_data(
    data_folder: Path, tmp_path: Path, has_project: bool, has_data: bool
) -> None:
    base = find_place(DURABLE).base.with_name(f"{PREFIX}{tmp_path.name}")
    (base / (DURABLE if has_data else "pristine")).mkdir(parents=True)
    (base / OWNER).write_text(str(tmp_path if has_project else tmp_path / "gone"))

    prepare(find_place("test-orphans"))

    assert base.exists() is (has_project or has_data)
    shutil.rmtree(base, ignore_errors=True)


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    elsewhere, base = tmp_path / "elsewhere", tmp_path / "base"
    elsewhere.mkdir()
    base.symlink_to(elsewhere)

    with pytest.raises(ServerError, match="belongs to somebody else"):
        prepare(Place(base=base, home=base / "dev", sockets=base / "run", account=None))

    assert not list(elsewhere.iterdir())


def durable(environ: dict[str, str]) -> contextlib.AbstractContextManager[Group]:
    return project_servers(environ, purpose="a test", wait_for_users=False)


def found(environ: dict[str, str]) -> Group:
    return group(find_place(DURABLE), environ, durable=True)


def settings_of(servers: Group) -> dict[str, str]:
    answers = {p: ask(servers, p, b"CONFIG GET maxmemory-policy\r\n") for p in ("cache", "queue")}
    return {purpose: answer.split(b"\r\n")[-2].decode() for purpose, answer in answers.items()}


def ask(servers: Group, purpose: str, command: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(servers.place.sockets / f"{purpose}.sock"))
        client.sendall(command)
        return client.recv(4096)


def wait_for(condition: Callable[[], bool], patience: float = 15.0) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)
