"""A demo of one's own, on a free port and stopped at the end: what browser tests and screenshots look at."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ops.project import ROOT
from ops.servers.process import dies_with_parent
from ops.supervision.plan import MANAGE, Service, Step, plan_for
from ops.supervision.web import is_alive, taken_address

READY_WITHIN = 120.0
STOPS_WITHIN = 10.0
BASE_DOMAIN = "localhost"


class DemoDidNotStart(Exception):
    """A part of the demo did not come up; the message holds what it said."""


@dataclass(frozen=True, slots=True)
class RunningDemo:
    """Where the demo answers, and what it leaves in files."""

    port: int
    folder: Path

    def url(self, host: str = "", path: str = "/") -> str:
        """Return an address: of the sign-in host, or of the host with this first label."""
        return f"http://{f'{host}.' if host else ''}{BASE_DOMAIN}:{self.port}{path}"

    @property
    def outbox(self) -> Path:
        """The folder in which the mail lands."""
        return self.folder / "outbox"


@contextlib.contextmanager
def running_demo(folder: Path, environ: Mapping[str, str], *, wish: int = 0) -> Iterator[RunningDemo]:
    """Run web, dispatcher and workers on the servers that `environ` names, filled with the demo's organizations.

    The port is the one wished for where nobody uses it. Mail, private files and logs stand in `folder`. Raises
    DemoDidNotStart with the log of what did not start.
    """
    port = wish if wish and taken_address(wish) is None else free_port()
    plan = plan_for("demo", port=port, base_domain=BASE_DOMAIN)
    environ = {
        **environ,
        **plan.environment,
        "PORT": str(port),
        "BASE_DOMAIN": BASE_DOMAIN,
        "EMAIL_URL": f"file://{folder}/outbox",
        "PRIVATE_STORAGE_ROOT": str(folder / "private"),
        "PYTHONUNBUFFERED": "1",
    }
    started: list[subprocess.Popen[bytes]] = []

    def start(what: Step | Service) -> subprocess.Popen[bytes]:
        started.append(_start(what, folder, environ))
        return started[-1]

    try:
        static = start(Step("static", [*MANAGE, "collectstatic", "--noinput"]))
        for step in plan.before:
            _finish(start(step), folder, step.name)
        for service in plan.services:
            # The web server reads the list of static files when it starts.
            if service.name == "web":
                _finish(static, folder, "static")
            start(service)
        for step in plan.after:
            _finish(start(step), folder, step.name)
        deadline = time.monotonic() + READY_WITHIN
        while not is_alive(port, scheme="http", host=BASE_DOMAIN):
            if time.monotonic() > deadline:
                raise DemoDidNotStart(f"The web server does not answer:\n{_log(folder, 'web')}")
            time.sleep(0.1)
        yield RunningDemo(port, folder)
    finally:
        _end(started)


def free_port() -> int:
    """Return a port that nobody used a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(what: Step | Service, folder: Path, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    with (folder / f"{what.name}.log").open("wb") as log:
        return subprocess.Popen(
            what.command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=ROOT,
            env=dict(environ),
            start_new_session=True,
            preexec_fn=dies_with_parent(signal.SIGTERM),
        )


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    """End all processes together, each with its group: a worker's work-horse must not outlive it."""
    running = [process for process in processes if process.poll() is None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + STOPS_WITHIN
    for process in running:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _finish(process: subprocess.Popen[bytes], folder: Path, name: str) -> None:
    if process.wait(READY_WITHIN):
        raise DemoDidNotStart(f"`{name}` ended with code {process.returncode}:\n{_log(folder, name)}")


def _log(folder: Path, name: str) -> str:
    return (folder / f"{name}.log").read_text(errors="replace")
