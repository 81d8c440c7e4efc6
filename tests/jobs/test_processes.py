"""The same promises with real processes: killed, stopped, cut off from PostgreSQL, robbed of Redis."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from kernel.jobs import conf, doorbell
from kernel.jobs.commands import cancel_job
from kernel.jobs.models import Job
from kernel.tenancy.scope import public_scope
from tenants.models import Organization
from tests.jobs import processes
from tests.jobs.handlers import QUEUE
from tests.jobs.processes import children, dispatcher, eventually, worker
from tests.jobs.work import OPERATOR, ask, teams

pytestmark = pytest.mark.processes


def job_is(job_id: Any, **fields: object) -> bool:
    return Job.objects.filter(pk=job_id, **fields).exists()


def registered(pid: int) -> bool:
    """Whether Redis knows a worker of this process."""
    return any(f"-{pid}-".encode() in name for name in doorbell.connect().smembers("rq:workers"))


def test_a_job_goes_the_whole_way(organization: Organization, tmp_path: Path) -> None:
    with dispatcher(tmp_path), worker(tmp_path) as served:
        job_id = ask(organization, "test.team", {"name": "Brand"})
        eventually(lambda: job_is(job_id, state="done"), log=served.log)

        job = Job.objects.get(pk=job_id)
        assert (job.attempt, job.fence, job.deaths) == (1, 1, 0)
        assert job.worker.startswith(f"{QUEUE}-")
        assert teams(organization) == ["Brand"]


def test_rq_info_shows_the_worker_and_the_queue(tmp_path: Path) -> None:
    def info() -> str:
        command = [str(Path(sys.executable).with_name("rq")), "info", "--url", conf.queue_url()]
        return str(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    with worker(tmp_path) as served:
        # A flush by a test beside this one hides the worker until its next beat.
        eventually(lambda: f"{QUEUE}-" in info() and str(served.pid) in info(), log=served.log, timeout=60)


def test_a_killed_worker_costs_a_wait_and_the_job_happens_once(organization: Organization, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with dispatcher(tmp_path):
        with worker(tmp_path) as first:
            job_id = ask(organization, "test.slow", {"file": str(mark), "seconds": 60})
            eventually(mark.exists, log=first.log)
            first.kill()
        assert job_is(job_id, state="running")
        Job.objects.filter(pk=job_id).update(payload={"file": str(mark), "seconds": 0})

        with worker(tmp_path) as second:
            eventually(lambda: job_is(job_id, state="done"), log=second.log)

    job = Job.objects.get(pk=job_id)
    assert (job.attempt, job.deaths, job.fence) == (2, 1, 2)
    assert len(mark.read_text().split()) == 2
    assert teams(organization) == ["slow-0"]


def test_a_killed_worker_in_the_middle_of_chunks_repeats_none(organization: Organization, tmp_path: Path) -> None:
    with dispatcher(tmp_path):
        with worker(tmp_path) as first:
            job_id = ask(organization, "test.chunks", {"count": 12, "pause": 0.1})
            eventually(lambda: job_is(job_id, progress__done__gte=3), log=first.log)
            first.kill()

        with worker(tmp_path) as second:
            eventually(lambda: job_is(job_id, state="done"), log=second.log)

    assert teams(organization) == sorted(f"team-{number}" for number in range(12))


def test_an_orphaned_work_horse_finishes_its_job_alone(organization: Organization, tmp_path: Path) -> None:
    """Only the parent dies: the work-horse keeps its lease, so nobody starts a second copy."""
    mark = tmp_path / "mark"
    with dispatcher(tmp_path), worker(tmp_path) as first, worker(tmp_path) as second:
        job_id = ask(organization, "test.slow", {"file": str(mark), "seconds": 4})
        eventually(mark.exists, log=first.log)
        [busy] = [served for served in (first, second) if children(served.pid)]
        [horse] = children(busy.pid)
        os.kill(busy.pid, signal.SIGKILL)
        busy.wait()

        eventually(lambda: job_is(job_id, state="done"), log=busy.log)

    job = Job.objects.get(pk=job_id)
    assert (job.attempt, job.deaths, job.fence) == (1, 0, 1)
    assert mark.read_text().split() == [str(horse)]


def test_a_killed_work_horse_is_noticed_at_once(organization: Organization, tmp_path: Path) -> None:
    with dispatcher(tmp_path) as hands_out, worker(tmp_path) as served:
        job_id = ask(organization, "test.killer")
        eventually(lambda: job_is(job_id, state="dead"), log=served.log)
        assert hands_out.said("the job is dead")
        assert served.said("killed")

        next_id = ask(organization, "test.team", {"name": "Brand"})
        eventually(lambda: job_is(next_id, state="done"), log=served.log)

    job = Job.objects.get(pk=job_id)
    assert (job.deaths, job.attempt, job.error_class) == (3, 3, "WorkerDied")


def test_a_flushed_redis_loses_no_job(organization: Organization, tmp_path: Path) -> None:
    with dispatcher(tmp_path):
        ids = [ask(organization, "test.team", {"name": f"team-{number}"}) for number in range(3)]
        eventually(lambda: Job.objects.filter(state="dispatched").count() == 3)
        eventually(lambda: doorbell.queue(QUEUE).count == 3)
        doorbell.connect().flushdb()

        with worker(tmp_path) as served:
            eventually(lambda: Job.objects.filter(pk__in=ids, state="done").count() == 3, log=served.log)

    assert teams(organization) == ["team-0", "team-1", "team-2"]


def test_a_worker_outlives_a_flush_and_registers_again(organization: Organization, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with dispatcher(tmp_path), worker(tmp_path) as served:
        job_id = ask(organization, "test.slow", {"file": str(mark), "seconds": 1})
        eventually(mark.exists, log=served.log)
        doorbell.connect().flushdb()
        eventually(lambda: job_is(job_id, state="done"), log=served.log)

        next_id = ask(organization, "test.team", {"name": "Brand"})
        eventually(lambda: job_is(next_id, state="done"), log=served.log)
        eventually(lambda: registered(served.pid), log=served.log)


def test_a_dispatcher_that_lost_postgres_connects_again(organization: Organization, tmp_path: Path) -> None:
    with dispatcher(tmp_path) as hands_out, worker(tmp_path) as served:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_locks"
                " WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database"
                " WHERE datname = current_database())"
            )
            assert cursor.fetchone() == (1,)
        eventually(lambda: hands_out.said("PostgreSQL is away"), log=hands_out.log)

        job_id = ask(organization, "test.team", {"name": "Brand"})
        eventually(lambda: job_is(job_id, state="done"), log=served.log)


def test_a_job_that_lost_postgres_goes_on_from_its_last_chunk(organization: Organization, tmp_path: Path) -> None:
    with dispatcher(tmp_path), worker(tmp_path) as served:
        job_id = ask(organization, "test.chunks", {"count": 12, "pause": 0.1})
        eventually(lambda: job_is(job_id, progress__done__gte=3), log=served.log)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
            )
        eventually(lambda: job_is(job_id, state="done"), log=served.log)

    # Cut off between two chunks, the attempt takes a new connection; inside one, it is over.
    assert Job.objects.get(pk=job_id).attempt in (1, 2)
    assert teams(organization) == sorted(f"team-{number}" for number in range(12))


def test_one_dispatcher_is_active_and_another_takes_over(organization: Organization, tmp_path: Path) -> None:
    with dispatcher(tmp_path) as first, processes.running(tmp_path, "dispatcher", until="in reserve") as second:
        first.kill()
        eventually(lambda: second.said("is the active one"), log=second.log)

        job_id = ask(organization, "test.look")
        eventually(lambda: job_is(job_id, state="dispatched"), log=second.log)


def test_a_cancelled_job_stops(organization: Organization, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with dispatcher(tmp_path), worker(tmp_path) as served:
        job_id = ask(organization, "test.slow", {"file": str(mark), "seconds": 60})
        eventually(mark.exists, log=served.log)
        with public_scope(actor=OPERATOR, source="operator"):
            cancel_job(actor=OPERATOR, job_id=job_id)
        eventually(lambda: job_is(job_id, state="cancelled"), log=served.log)

    assert teams(organization) == []


def test_progress_is_seen_while_the_job_runs(organization: Organization, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with dispatcher(tmp_path), worker(tmp_path) as served:
        job_id = ask(organization, "test.slow", {"file": str(mark), "seconds": 60})
        eventually(
            lambda: job_is(job_id, state="running", progress={"done": 1, "total": 2, "phase": "waiting"}),
            log=served.log,
        )


def test_sigterm_ends_both_cleanly_and_pauses_the_job(organization: Organization, tmp_path: Path) -> None:
    with dispatcher(tmp_path) as hands_out, worker(tmp_path) as served:
        job_id = ask(organization, "test.chunks", {"count": 1000, "pause": 0.05})
        eventually(lambda: job_is(job_id, progress__done__gte=2), log=served.log)

        hands_out.signal(signal.SIGTERM)
        served.signal(signal.SIGTERM)

        assert hands_out.wait(10) == 0
        assert served.wait(10) == 0
    job = Job.objects.get(pk=job_id)
    assert (job.state, job.attempt, job.deaths) == ("pending", 0, 0)
    assert len(teams(organization)) >= 2


def test_an_idle_worker_ends_at_once(tmp_path: Path) -> None:
    with worker(tmp_path) as served:
        served.signal(signal.SIGTERM)

        assert served.wait(10) == 0
