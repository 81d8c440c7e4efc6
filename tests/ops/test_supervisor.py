import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kernel.jobs import registry
from ops import lock
from ops.servers.errors import ServerError
from ops.supervision.child import kill_survivors, marked_processes
from ops.supervision.output import Output
from ops.supervision.plan import WORKERS, plan_for
from ops.supervision.watch import changed_file, files_below
from ops.supervision.web import is_alive, taken_address
from ops.supervisor import port_from_environment

FAKE = Path(__file__).with_name("fake_product.py")


class Supervised:
    """A supervisor in a process of its own whose output is read along."""

    def __init__(self, environ: dict[str, str], port: int, roles: str) -> None:
        self.port = port
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, str(FAKE)],
            env=environ | {"PORT": str(port), "ROLES": roles},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self) -> None:
        assert self.process.stdout
        self.lines.extend(line.rstrip() for line in self.process.stdout)

    def until(self, text: str, patience: float = 20.0) -> None:
        deadline = time.monotonic() + patience
        while not any(text in line for line in self.lines):
            assert time.monotonic() < deadline, f"{text!r} not in {self.lines}"
            time.sleep(0.02)

    def ended(self) -> int:
        code = self.process.wait(20)
        # What outlives the supervisor may hold the pipe a moment longer.
        self.reader.join(20)
        assert self.process.stdout
        if not self.process.stdout.closed:
            self.process.stdout.close()
        return code


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@pytest.fixture
def supervise(plain_environ: dict[str, str]) -> Iterator[Callable[[int, str], Supervised]]:
    """Start supervisors that are ended with all they started, even if the test fails."""
    running: list[Supervised] = []

    def start(port: int, roles: str) -> Supervised:
        running.append(Supervised(plain_environ, port, roles))
        return running[-1]

    yield start
    for supervised in running:
        if supervised.process.poll() is None:
            supervised.process.kill()
        supervised.ended()
    kill_survivors()


@pytest.fixture
def supervised(supervise: Callable[[int, str], Supervised], port: int) -> Supervised:
    """One that runs a web server, a stubborn and a crashing process."""
    return supervise(port, "web stubborn crashing")


@pytest.mark.processes
def test_it_stops_everything_on_term_even_what_ignores_it(supervised: Supervised, data_folder: Path) -> None:
    supervised.until("crashing is up again")
    supervised.until("ready with unix")
    assert is_alive(supervised.port, scheme="http", host="localhost")
    # web, stubborn and its grandchild, crashing.
    wait_for(lambda: len(list(marked_processes())) == 4)

    supervised.process.send_signal(signal.SIGTERM)

    assert supervised.ended() == 0
    assert list(marked_processes()) == []
    assert taken_address(supervised.port) is None
    assert not lock.is_in_use(data_folder / "servers.lock")
    assert not lock.is_in_use(data_folder / "product.lock")
    assert "crashing   ended with code 3; starting it again in 1 s" in supervised.lines
    assert "stubborn   did not stop in time; killing it" in supervised.lines
    assert "ready with unix" in supervised.lines


@pytest.mark.processes
def test_it_refuses_a_second_start_with_one_sentence(
    supervised: Supervised, supervise: Callable[[int, str], Supervised]
) -> None:
    supervised.until("ready with unix")

    second = supervise(supervised.port + 1, "web")

    assert second.ended() == 1
    assert second.lines == [
        f"error: make demo is already running at http://localhost:{supervised.port} "
        f"(process {supervised.process.pid}): stop it with Ctrl-C in its terminal."
    ]
    assert is_alive(supervised.port, scheme="http", host="localhost")


@pytest.mark.processes
def test_it_cleans_up_after_a_killed_supervisor(
    supervised: Supervised, supervise: Callable[[int, str], Supervised], port: int
) -> None:
    supervised.until("ready with unix")
    supervised.process.kill()
    supervised.ended()

    again = supervise(port, "web")
    again.until("ready with unix")

    wait_for(lambda: len(list(marked_processes())) == 1)
    again.process.send_signal(signal.SIGINT)
    assert again.ended() == 0


@pytest.mark.processes
def test_it_gives_up_when_the_web_server_does_not_start(
    supervise: Callable[[int, str], Supervised], port: int, data_folder: Path
) -> None:
    failed = supervise(port, "broken")

    assert failed.ended() == 1
    assert failed.lines[-2:] == [
        "web        no such module",
        "error: the web server ended with code 5; its output stands above.",
    ]
    assert not lock.is_in_use(data_folder / "servers.lock")


def test_it_names_a_busy_port_and_the_way_out(supervise: Callable[[int, str], Supervised], port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        refused = supervise(port, "web")

        assert refused.ended() == 1

    assert refused.lines == [
        f"error: port {port} is in use by another program (on 127.0.0.1). Choose another one: make demo PORT={port + 1}"
    ]


@pytest.mark.parametrize("text", ["abc", "0", "70000"])
def test_it_refuses_a_port_that_is_none(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("PORT", text)

    with pytest.raises(ServerError, match="it must be a number between 1 and 65535"):
        port_from_environment()


def test_it_prints_whole_lines_with_their_origin(capsys: pytest.CaptureFixture[str]) -> None:
    output = Output()
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        output.follow(pipe, "web")
        os.write(writing, b"first\nsec")
        output.pump(0)
        os.write(writing, b"ond\nrest")
        os.close(writing)
        output.finish(pipe, "web")

    assert capsys.readouterr().out == "web        first\nweb        second\nweb        rest\n"


def test_it_notices_a_changed_file(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    source = tmp_path / "sub" / "views.py"
    source.write_text("a = 1")
    before = {entry.path: entry.stat().st_mtime_ns for entry in files_below(tmp_path)}
    os.utime(source, ns=(1, 1))
    after = {entry.path: entry.stat().st_mtime_ns for entry in files_below(tmp_path)}

    assert list(before) == [str(source)]
    assert changed_file(before, before) is None
    assert changed_file(before, after) == os.path.relpath(source, Path(__file__).parents[2])


@pytest.mark.parametrize("mode", ["demo", "dev", "dev-full", "studio"])
def test_every_mode_migrates_before_it_serves(mode: str) -> None:
    plan = plan_for(mode, port=8123, base_domain="localhost")

    assert plan.before[0].command[-1] == "db_migrate"
    assert [service.name for service in plan.services] == ["web", "dispatcher", "worker", "provision"]
    assert "8123" in plan.services[0].command
    assert plan.reload is (mode != "demo")


def test_every_queue_has_a_worker() -> None:
    registry.load()

    # The tests of jobs bring a queue of their own into this process.
    assert sorted(WORKERS) == [queue for queue in registry.queues() if not queue.startswith("test-")]


def test_a_dead_port_is_not_alive(port: int) -> None:
    assert not is_alive(port, scheme="http", host="localhost")
    with pytest.raises(OSError, match="refused"):
        http.client.HTTPConnection("127.0.0.1", port, timeout=1).request("GET", "/livez")


def wait_for(condition: Callable[[], bool], patience: float = 15.0) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)
