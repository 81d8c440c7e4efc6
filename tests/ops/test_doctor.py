import socket
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops import bootstrap, doctor
from ops.checkup import machine, running
from ops.checkup.finding import Finding, fail, ok, warn
from ops.servers.durable import project_servers
from ops.servers.group import Group

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def servers(plain_environ: dict[str, str]) -> Iterator[Group]:
    with project_servers(plain_environ, purpose="a test", wait_for_users=False) as group:
        yield group


@pytest.mark.processes
def test_it_looks_at_running_servers(servers: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    found = list(running.findings())

    levels = [(finding.subject, finding.level) for finding in found if finding.subject != "port"]
    assert levels == [
        ("product", "ok"),
        ("database", "ok"),
        ("database", "ok"),
        ("migrations", "fail"),
        ("files", "ok"),
        ("cache and queue", "ok"),
        ("cache policy", "ok"),
    ]
    assert next(f.advice for f in found if f.subject == "migrations") == "run `make db-migrate`"


@pytest.mark.processes
def test_it_sees_through_two_names_of_one_redis_database(servers: Group) -> None:
    urls = servers.environment()
    same = urls["REDIS_QUEUE_URL"].removesuffix("?db=0")

    found = list(running.redis({"REDIS_URL": urls["REDIS_QUEUE_URL"], "REDIS_QUEUE_URL": same}))

    assert [(f.level, f.subject, f.detail) for f in found] == [
        ("fail", "cache and queue", "both are the same Redis database"),
        ("fail", "cache policy", "noeviction"),
    ]


def test_it_says_that_servers_are_down_without_starting_them(data_folder: Path) -> None:
    found = list(running.findings())

    assert found[-1] == ok("servers", "the embedded ones are not running; nothing to look at")


def test_it_names_what_is_missing_beside_a_single_url(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://app@db/x")

    found = list(running.findings())

    detail = "DATABASE_URL is set, so DATABASE_OWNER_URL must be set too."
    assert found[-1] == fail("servers", detail, "set all four URLs or none")


def test_it_reports_a_server_that_does_not_answer() -> None:
    url = "redis://user:secret@127.0.0.1:1/0"

    (found,) = running.redis({"REDIS_URL": url, "REDIS_QUEUE_URL": url})

    assert found.level == "fail"
    assert found.detail.startswith("no answer from redis://user:***@127.0.0.1:1/0: ")


@pytest.mark.parametrize(("free", "level"), [(0.5e9, "fail"), (3e9, "warn"), (50e9, "ok")])
def test_it_measures_the_disk(monkeypatch: pytest.MonkeyPatch, free: float, level: str) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _path: Usage(100e9, 1, free))

    assert machine.disk().level == level


def test_it_finds_a_busy_port(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        number = other.getsockname()[1]
        monkeypatch.setenv("PORT", str(number))

        found = running.port()

    assert found == warn("port", f"{number} is in use on 127.0.0.1", f"start with another one: PORT={number + 1}")


def test_it_tells_an_outdated_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "is_ready", lambda: False)

    assert machine.environment().level == "fail"


@pytest.mark.parametrize(("bad", "code"), [(0, 0), (2, 1)])
def test_it_exits_with_1_when_something_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], bad: int, code: int
) -> None:
    findings: list[Finding] = [ok("git", "/usr/bin/git"), *[fail("disk", "full", "make room")] * bad]
    monkeypatch.setattr(machine, "findings", lambda: iter(findings))
    monkeypatch.setattr(running, "findings", lambda: iter(()))

    assert doctor.main() == code

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "ok    git              /usr/bin/git"
    assert lines[-1] == (f"doctor: {bad} to mend" if bad else "doctor: all is well")
    assert lines.count("                       -> make room") == bad
