"""The same promises with real processes: killed, stopped, cut off from PostgreSQL, robbed of Redis."""

import os
import signal
from pathlib import Path

import pytest

from kernel.jobs import doorbell
from kernel.jobs.models import Job
from tenants.models import Organization
from tests.jobs import processes
from tests.jobs.handlers import QUEUE
from tests.jobs.processes import children, dispatcher, eventually, job_is, worker
from tests.jobs.work import ask, teams

pytestmark = pytest.mark.processes


def test_a_killed_worker_costs_a_wait_and_the_job_happens_once(organization: Organization, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with dispatcher(tmp_path), worker(tmp_path) as first:
        job_id = ask(organization, "test.slow", {"file": str(mark), "seconds": 60})
        eventually(mark.exists, log=first.log)
        # There before the first one dies: a doorbell that nobody answers in time is rung again, with another fence.
        with worker(tmp_path) as second:
            first.kill()
            assert job_is(job_id, state="running")
            Job.objects.filter(pk=job_id).update(payload={"file": str(mark), "seconds": 0})

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


def test_a_flushed_redis_loses_no_job(organization: Organization, tmp_path: Path) -> None:
    with dispatcher(tmp_path):
        ids = [ask(organization, "test.team", {"name": f"team-{number}"}) for number in range(3)]
        eventually(lambda: Job.objects.filter(state="dispatched").count() == 3)
        eventually(lambda: doorbell.queue(QUEUE).count == 3)
        doorbell.connect().flushdb()

        with worker(tmp_path) as served:
            eventually(lambda: Job.objects.filter(pk__in=ids, state="done").count() == 3, log=served.log)

    assert teams(organization) == ["team-0", "team-1", "team-2"]


def test_one_dispatcher_is_active_and_another_takes_over(organization: Organization, tmp_path: Path) -> None:
    with dispatcher(tmp_path) as first, processes.running(tmp_path, "dispatcher", until="in reserve") as second:
        first.kill()
        eventually(lambda: second.said("is the active one"), log=second.log)

        job_id = ask(organization, "test.look")
        eventually(lambda: job_is(job_id, state="dispatched"), log=second.log)


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
