"""Real dispatchers and workers for tests: started on this test's database, ended by their process ids."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connections
from psycopg.conninfo import make_conninfo

from kernel.jobs import conf
from kernel.jobs.models import Job
from tests.jobs.handlers import QUEUE

ROOT = Path(__file__).resolve().parents[2]


class Process:
    """One `manage.py` command in a process of its own, with its output in a file."""

    def __init__(self, log: Path, *command: str) -> None:
        self.log = log
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                [sys.executable, "manage.py", *command],
                cwd=ROOT,
                env=_environment(),
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    def said(self, text: str) -> bool:
        """Whether the process has printed `text`."""
        return text in self.log.read_text(errors="replace")

    def signal(self, number: signal.Signals) -> None:
        self._popen.send_signal(number)

    def wait(self, timeout: float = 20) -> int:
        """Return the exit code."""
        return self._popen.wait(timeout)

    def kill(self) -> None:
        """Kill the process and the work-horse it may have."""
        for pid in children(self.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._popen.kill()
        self._popen.wait(10)


@contextmanager
def running(folder: Path, *command: str, until: str) -> Iterator[Process]:
    """Start a command, wait until it prints `until`, and end it afterwards."""
    process = Process(folder / f"{'-'.join(command)}-{time.monotonic_ns()}.log", *command)
    try:
        eventually(lambda: process.said(until), f"{command} never said {until!r}:\n", process.log)
        yield process
    finally:
        process.kill()


@contextmanager
def dispatcher(folder: Path) -> Iterator[Process]:
    with running(folder, "dispatcher", until="is the active one") as process:
        yield process


@contextmanager
def worker(folder: Path) -> Iterator[Process]:
    with running(folder, "worker", "--queue", QUEUE, until="Listening on") as process:
        yield process


def eventually(met: Callable[[], object], otherwise: str = "", log: Path | None = None, timeout: float = 30) -> None:
    """Wait until `met()` is true; fail with what the log says."""
    until = time.monotonic() + timeout
    while not met():
        if time.monotonic() > until:
            raise AssertionError(otherwise + (log.read_text(errors="replace") if log else "it did not happen in time"))
        time.sleep(0.05)


def job_is(job_id: UUID, **fields: object) -> bool:
    """Whether the job is there and these of its fields have these values."""
    return Job.objects.filter(pk=job_id, **fields).exists()


def children(pid: int) -> list[int]:
    """Return the process ids of the direct children."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def _environment() -> dict[str, str]:
    return dict(os.environ) | {
        "DJANGO_SETTINGS_MODULE": "tests.jobs.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform"), os.environ.get("PYTHONPATH", "")]),
        "PYTHONUNBUFFERED": "1",
        "DATABASE_URL": _conninfo("default"),
        "DATABASE_OWNER_URL": _conninfo("owner"),
        "REDIS_URL": str(settings.CACHES["default"]["LOCATION"]),
        "REDIS_QUEUE_URL": conf.queue_url(),
    }


def _conninfo(alias: str) -> str:
    entry = connections[alias].settings_dict
    return make_conninfo(
        dbname=entry["NAME"],
        user=entry["USER"] or None,
        password=entry["PASSWORD"] or None,
        host=entry["HOST"] or None,
        port=entry["PORT"] or None,
    )
