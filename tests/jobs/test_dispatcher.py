"""The dispatcher rings for what it hands out, and loses nothing where it can't."""

import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisAway

from kernel.jobs import conf, doorbell
from kernel.jobs.dispatcher import Dispatcher
from kernel.jobs.models import Job
from tests.jobs.handlers import QUEUE
from tests.jobs.work import ask


@pytest.fixture
def active() -> Dispatcher:
    return Dispatcher(threading.Event())


@pytest.fixture
def no_redis(settings: LazySettings, tmp_path: Path) -> Iterator[None]:
    there = conf.queue_url()
    settings.REDIS_QUEUE_URL = f"unix://{tmp_path}/nobody.sock"
    yield
    settings.REDIS_QUEUE_URL = there


def test_a_doorbell_names_the_job_and_its_fence_in_json(active: Dispatcher) -> None:
    job_id = ask(None, "test.look")

    assert active.tick() == 1

    [entry] = doorbell.queue(QUEUE).jobs
    assert entry.id == f"j_{job_id}_1"
    assert entry.func_name == "kernel.jobs.runner.run"
    assert (list(entry.args), entry.kwargs) == ([str(job_id), 1], {})
    assert entry.description == "test.look"
    assert Job.objects.get(pk=job_id).state == "dispatched"


def test_it_goes_on_until_the_queue_is_full(active: Dispatcher, settings: LazySettings) -> None:
    settings.JOBS_DEPTH, settings.JOBS_IN_FLIGHT = 3, 10
    for _ in range(5):
        ask(None, "test.look")

    assert active.tick() == 3
    assert active.tick() == 0
    assert doorbell.queue(QUEUE).count == 3


def test_jobs_wait_in_postgres_while_redis_is_away(
    active: Dispatcher, no_redis: None, caplog: pytest.LogCaptureFixture
) -> None:
    job_id = ask(None, "test.look")

    with caplog.at_level(logging.INFO):
        assert [active.tick(), active.tick()] == [0, 0]

    assert Job.objects.get(pk=job_id).state == "pending"
    assert caplog.text.count("Redis is away") == 1


def test_a_doorbell_that_could_not_be_rung_is_taken_back(active: Dispatcher, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = ask(None, "test.look")

    def away(*_args: object, **_options: object) -> None:
        raise RedisAway("gone")

    with monkeypatch.context() as patch:
        patch.setattr(doorbell, "push", away)
        assert active.tick() == 0
    job = Job.objects.get(pk=job_id)
    assert (job.state, job.lease_until, job.deaths, job.attempt) == ("pending", None, 0, 0)

    assert active.tick() == 1
    assert [entry.id for entry in doorbell.queue(QUEUE).jobs] == [f"j_{job_id}_2"]


def test_a_stale_doorbell_is_withdrawn(active: Dispatcher) -> None:
    job_id = ask(None, "test.look")
    active.tick()
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    assert active.tick() == 1
    assert doorbell.queue(QUEUE).job_ids == [f"j_{job_id}_2"]


def test_a_kind_that_only_newer_processes_know_is_handed_on(active: Dispatcher) -> None:
    job = Job.objects.create(kind="test.newer", queue=QUEUE, actor_kind="system")

    assert active.tick() == 1
    assert Job.objects.get(pk=job.pk).state == "dispatched"
