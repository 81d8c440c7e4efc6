"""One dispatcher and one worker that serve for long: what they do, and what they outlive."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection

from kernel.jobs import conf, doorbell
from kernel.jobs.commands import cancel_job
from kernel.jobs.models import Job
from kernel.tenancy.scope import public_scope
from tenants.models import Organization
from tests.jobs.handlers import QUEUE
from tests.jobs.processes import Process, dispatcher, eventually, job_is, worker
from tests.jobs.work import OPERATOR, ask, teams

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the processes of these tests write what they say."""
    return tmp_path_factory.mktemp("serving")


@pytest.fixture(scope="module")
def dispatching(django_db_setup: None, folder: Path) -> Iterator[Process]:
    """A dispatcher for all tests of this module."""
    with dispatcher(folder) as process:
        yield process


@pytest.fixture(scope="module")
def working(dispatching: Process, folder: Path) -> Iterator[Process]:
    """A worker for all tests of this module, and a dispatcher that hands it jobs."""
    with worker(folder) as process:
        yield process


def cancel(job_id: UUID, working: Process) -> None:
    """Ask the running job to stop, and wait until it has."""
    with public_scope(actor=OPERATOR, source="operator"):
        cancel_job(actor=OPERATOR, job_id=job_id)
    eventually(lambda: job_is(job_id, state="cancelled"), log=working.log)


def registered(pid: int) -> bool:
    """Whether Redis knows a worker of this process."""
    return any(f"-{pid}-".encode() in name for name in doorbell.connect().smembers("rq:workers"))


def test_a_job_goes_the_whole_way(organization: Organization, working: Process) -> None:
    job_id = ask(organization, "test.team", {"name": "Brand"})
    eventually(lambda: job_is(job_id, state="done"), log=working.log)

    job = Job.objects.get(pk=job_id)
    assert (job.attempt, job.fence, job.deaths) == (1, 1, 0)
    assert job.worker.startswith(f"{QUEUE}-")
    assert teams(organization) == ["Brand"]


def test_rq_info_shows_the_worker_and_the_queue(working: Process) -> None:
    def info() -> str:
        command = [str(Path(sys.executable).with_name("rq")), "info", "--url", conf.queue_url()]
        return str(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    # A flush by a test beside this one hides the worker until its next beat.
    eventually(lambda: f"{QUEUE}-" in info() and str(working.pid) in info(), log=working.log, timeout=60)


def test_a_killed_work_horse_is_noticed_at_once(
    organization: Organization, dispatching: Process, working: Process
) -> None:
    job_id = ask(organization, "test.killer")
    eventually(lambda: job_is(job_id, state="dead"), log=working.log)
    assert dispatching.said("the job is dead")
    assert working.said("killed")

    next_id = ask(organization, "test.team", {"name": "Brand"})
    eventually(lambda: job_is(next_id, state="done"), log=working.log)

    job = Job.objects.get(pk=job_id)
    assert (job.deaths, job.attempt, job.error_class) == (3, 3, "WorkerDied")


def test_a_worker_outlives_a_flush_and_registers_again(
    organization: Organization, tmp_path: Path, working: Process
) -> None:
    mark = tmp_path / "mark"
    job_id = ask(organization, "test.slow", {"file": str(mark), "seconds": 1})
    eventually(mark.exists, log=working.log)
    doorbell.connect().flushdb()
    eventually(lambda: job_is(job_id, state="done"), log=working.log)

    next_id = ask(organization, "test.team", {"name": "Brand"})
    eventually(lambda: job_is(next_id, state="done"), log=working.log)
    eventually(lambda: registered(working.pid), log=working.log)


def test_a_dispatcher_that_lost_postgres_connects_again(
    organization: Organization, dispatching: Process, working: Process
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_locks"
            " WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database"
            " WHERE datname = current_database())"
        )
        assert cursor.fetchone() == (1,)
    eventually(lambda: dispatching.said("PostgreSQL is away"), log=dispatching.log)

    job_id = ask(organization, "test.team", {"name": "Brand"})
    eventually(lambda: job_is(job_id, state="done"), log=working.log)


def test_a_job_that_lost_postgres_goes_on_from_its_last_chunk(organization: Organization, working: Process) -> None:
    job_id = ask(organization, "test.chunks", {"count": 12, "pause": 0.1})
    eventually(lambda: job_is(job_id, progress__done__gte=3), log=working.log)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )
    eventually(lambda: job_is(job_id, state="done"), log=working.log)

    # Cut off between two chunks, the attempt takes a new connection; inside one, it is over.
    assert Job.objects.get(pk=job_id).attempt in (1, 2)
    assert teams(organization) == sorted(f"team-{number}" for number in range(12))


def test_a_cancelled_job_stops(organization: Organization, tmp_path: Path, working: Process) -> None:
    mark = tmp_path / "mark"
    job_id = ask(organization, "test.slow", {"file": str(mark), "seconds": 60})
    eventually(mark.exists, log=working.log)
    cancel(job_id, working)

    assert teams(organization) == []


def test_progress_is_seen_while_the_job_runs(organization: Organization, tmp_path: Path, working: Process) -> None:
    mark = tmp_path / "mark"
    job_id = ask(organization, "test.slow", {"file": str(mark), "seconds": 60})
    eventually(
        lambda: job_is(job_id, state="running", progress={"done": 1, "total": 2, "phase": "waiting"}),
        log=working.log,
    )
    cancel(job_id, working)
