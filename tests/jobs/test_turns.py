"""Whose job goes next, and what becomes of jobs whose worker died."""

from datetime import timedelta
from uuid import UUID

from django.conf import LazySettings
from django.utils import timezone

from kernel.ids import uuid7
from kernel.jobs import turns
from kernel.jobs.commands import pause_jobs, resume_jobs
from kernel.jobs.models import Job
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import public_scope
from tenants.models import Organization
from tests.jobs.handlers import QUEUE
from tests.jobs.work import ask, hand_out


def many(organization_id: UUID | None, count: int, **fields: object) -> list[UUID]:
    """Write waiting jobs straight into the table; the organization need not exist for the dispatcher."""
    jobs = [
        Job(organization_id=organization_id, kind="test.look", queue=QUEUE, actor_kind="system", **fields)
        for _ in range(count)
    ]
    return [job.id for job in Job.objects.bulk_create(jobs)]


def owners(handed_out: list[turns.Turn]) -> list[UUID | None]:
    """Return whose jobs were handed out."""
    found = dict(Job.objects.values_list("id", "organization_id"))
    return [found[turn.job_id] for turn in handed_out]


def let_leases_run_out() -> None:
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))


def test_handing_out_commits_a_lease_and_a_new_fence() -> None:
    [job_id] = many(None, 1)

    [turn] = hand_out()

    job = Job.objects.get(pk=job_id)
    assert (turn.job_id, turn.fence, turn.kind, turn.queue) == (job_id, 1, "test.look", QUEUE)
    assert (job.state, job.fence, job.attempt) == ("dispatched", 1, 0)
    assert job.lease_until is not None
    assert timedelta(seconds=25) < job.lease_until - timezone.now() < timedelta(seconds=31)
    assert hand_out() == []


def test_quiet_organizations_are_served_before_a_noisy_one_comes_again(settings: LazySettings) -> None:
    settings.JOBS_DEPTH, settings.JOBS_IN_FLIGHT = 1, 100
    noisy, quiet = uuid7(), [uuid7() for _ in range(5)]
    many(noisy, 50)
    for organization_id in quiet:
        many(organization_id, 1)

    served: list[UUID | None] = []
    for _ in range(8):
        served += owners(hand_out())
        Job.objects.filter(state="dispatched").update(state="done")

    assert sorted(map(str, served[:6])) == sorted(map(str, [noisy, *quiet]))
    assert served[6:] == [noisy, noisy]


def test_one_round_gives_every_organization_a_turn_before_anybody_a_second(settings: LazySettings) -> None:
    settings.JOBS_DEPTH = 4
    noisy, quiet = uuid7(), [uuid7(), uuid7()]
    many(noisy, 10)
    for organization_id in quiet:
        many(organization_id, 1)

    served = owners(hand_out())

    assert len(served) == 4
    assert {served.count(organization_id) for organization_id in quiet} == {1}
    assert served.count(noisy) == 2


def test_an_organization_has_only_so_many_jobs_in_flight(settings: LazySettings) -> None:
    settings.JOBS_IN_FLIGHT = 3
    noisy = uuid7()
    many(noisy, 10)

    assert owners(hand_out()) == [noisy] * 3
    assert hand_out() == []
    Job.objects.filter(pk=Job.objects.filter(state="dispatched")[:1]).update(state="running")
    assert hand_out() == []
    Job.objects.filter(state="running").update(state="done")
    assert len(hand_out()) == 1


def test_only_so_many_doorbells_wait_in_a_queue(settings: LazySettings) -> None:
    settings.JOBS_DEPTH = 5
    for _ in range(20):
        many(uuid7(), 1)

    assert len(hand_out()) == 5
    assert hand_out() == []


def test_priority_counts_within_an_organization() -> None:
    late, urgent, normal = many(None, 1, priority=5), many(None, 1, priority=1), many(None, 1)

    handed_out = Job.objects.in_bulk([turn.job_id for turn in hand_out()])

    assert set(handed_out) == {*late, *urgent, *normal}
    many(None, 1, priority=5)
    [first] = many(None, 1, priority=1)
    Job.objects.exclude(state="pending").update(state="done")
    assert first in {turn.job_id for turn in hand_out()}


def test_the_most_urgent_goes_first_where_there_is_room_for_one(settings: LazySettings) -> None:
    settings.JOBS_DEPTH = 1
    many(None, 2, priority=4)
    [urgent] = many(None, 1, priority=1)

    assert [turn.job_id for turn in hand_out()] == [urgent]


def test_jobs_of_one_serial_key_go_one_at_a_time() -> None:
    first, _second = many(None, 2, serial_key="campaign-1")
    [other] = many(None, 1, serial_key="campaign-2")

    assert {turn.job_id for turn in hand_out()} == {first, other}
    assert hand_out() == []
    Job.objects.filter(pk=first).update(state="done")
    assert len(hand_out()) == 1


def test_a_blocked_serial_key_does_not_hold_up_others(settings: LazySettings) -> None:
    settings.JOBS_IN_FLIGHT = 2
    many(None, 5, serial_key="busy", priority=1)
    assert len(hand_out()) == 1
    [free] = many(None, 1, priority=5)

    assert [turn.job_id for turn in hand_out()] == [free]


def test_a_paused_organization_waits(organization: Organization) -> None:
    with public_scope(actor=SYSTEM, source="operator"):
        pause_jobs(actor=SYSTEM, organization=organization, reason="Suspended")
    job_id = ask(organization, "test.look")
    assert hand_out() == []

    with public_scope(actor=SYSTEM, source="operator"):
        resume_jobs(actor=SYSTEM, organization=organization)
    assert [turn.job_id for turn in hand_out()] == [job_id]


def test_a_doorbell_that_nobody_heard_is_no_death() -> None:
    [job_id] = many(None, 1)
    hand_out()
    assert turns.reap() == []
    let_leases_run_out()

    [taken] = turns.reap()

    assert (taken.turn.job_id, taken.was, taken.became) == (job_id, "dispatched", "pending")
    job = Job.objects.get(pk=job_id)
    assert (job.deaths, job.attempt, job.error_class) == (0, 0, "")
    [again] = hand_out()
    assert again.fence == 2


def test_a_dead_worker_costs_a_wait_and_is_counted() -> None:
    [job_id] = many(None, 1, state="running", attempt=1, fence=1, lease_until=timezone.now())

    [taken] = turns.reap()

    job = Job.objects.get(pk=job_id)
    assert (taken.was, taken.became) == ("running", "pending")
    assert (job.deaths, job.attempt, job.error_class) == (1, 1, "WorkerDied")
    assert job.error_text == "The worker died while it ran this job."


def test_a_job_that_kills_its_workers_is_given_up() -> None:
    [poison] = many(None, 1, state="running", attempt=3, deaths=2, max_attempts=9, lease_until=timezone.now())

    [taken] = turns.reap()

    job = Job.objects.get(pk=poison)
    assert (taken.became, job.state, job.deaths) == ("dead", "dead", 3)
    assert job.finished_at is not None
    assert hand_out() == []


def test_a_dead_worker_in_the_last_attempt_ends_the_job() -> None:
    [job_id] = many(None, 1, state="running", attempt=2, max_attempts=2, lease_until=timezone.now())

    assert [taken.became for taken in turns.reap()] == ["dead"]
    assert Job.objects.get(pk=job_id).deaths == 1


def test_a_job_to_be_cancelled_does_not_come_back_after_a_death() -> None:
    many(None, 1, state="running", attempt=1, lease_until=timezone.now(), cancel_requested_at=timezone.now())

    assert [taken.became for taken in turns.reap()] == ["cancelled"]
