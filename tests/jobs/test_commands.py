"""What operators and organizations may ask about jobs and do to them."""

from uuid import UUID

import pytest
from django.utils import timezone

from audit.platform.models import PlatformEntry
from kernel.errors import Conflict, NotFound
from kernel.jobs import runner
from kernel.jobs.commands import cancel_job, retry_job
from kernel.jobs.models import Job
from kernel.jobs.queries import job_counts, job_detail, visible_jobs
from kernel.jobs.steps import moved, planned
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import public_scope, scope
from tenants.models import Organization
from tests.jobs import handlers
from tests.jobs.work import OPERATOR, ask, hand_out, run_next


def retry(job_id: UUID) -> Job:
    with public_scope(actor=OPERATOR, source="operator"):
        return retry_job(actor=OPERATOR, job_id=job_id)


def cancel(job_id: UUID) -> Job:
    with public_scope(actor=OPERATOR, source="operator"):
        return cancel_job(actor=OPERATOR, job_id=job_id)


def events() -> list[tuple[str, str, str]]:
    found = PlatformEntry.objects.filter(event__startswith="job.").order_by("id")
    return list(found.values_list("event", "object_repr", "actor_email"))


@pytest.mark.parametrize("state", ["failed", "dead", "cancelled"])
def test_a_job_that_is_over_can_be_tried_again(organization: Organization, state: str) -> None:
    job_id = ask(organization, "test.look")
    steps = moved(moved(planned([("a", "A"), ("b", "B")]), "a", "done"), "b", "failed", error="no")
    Job.objects.update(state=state, attempt=5, deaths=3, steps=steps, finished_at=timezone.now(), error_text="no")
    before = len(events())

    retry(job_id)

    job = Job.objects.get(pk=job_id)
    assert (job.state, job.attempt, job.deaths, job.finished_at) == ("pending", 0, 0, None)
    assert [(step["state"], step["error"]) for step in job.steps] == [("done", ""), ("waiting", "")]
    assert events()[before:] == [("job.retried", "test.look", "olga@example.com")]
    assert run_next().state == "done"


@pytest.mark.parametrize("state", ["pending", "dispatched", "running", "done"])
def test_a_job_that_is_not_over_cannot_be_tried_again(organization: Organization, state: str) -> None:
    job_id = ask(organization, "test.look")
    Job.objects.update(state=state, attempt=1)

    with pytest.raises(Conflict) as refused:
        retry(job_id)

    assert refused.value.code == "job_not_over"
    assert list(Job.objects.values_list("state", "attempt")) == [(state, 1)]


def test_a_job_is_not_tried_again_beside_the_same_one(organization: Organization) -> None:
    old = ask(organization, "test.look", dedupe_key="k")
    Job.objects.update(state="dead")
    ask(organization, "test.look", dedupe_key="k")

    with pytest.raises(Conflict) as refused:
        retry(old)

    assert refused.value.code == "job_under_way"
    assert Job.objects.get(pk=old).state == "dead"


def test_a_kind_may_refuse_to_be_tried_again(organization: Organization) -> None:
    once, again = (ask(organization, "test.once", {"name": name}) for name in ("once", "again"))
    Job.objects.update(state="failed", attempt=1)

    with pytest.raises(Conflict, match="only once"):
        retry(once)

    assert retry(again).state == "pending"
    assert (Job.objects.get(pk=once).state, Job.objects.get(pk=once).attempt) == ("failed", 1)


def test_a_waiting_job_is_cancelled_at_once(organization: Organization) -> None:
    job_id = ask(organization, "test.look")

    assert cancel(job_id).state == "cancelled"
    assert hand_out() == []
    assert Job.objects.get(pk=job_id).finished_at is not None


def test_a_job_in_redis_is_cancelled_at_once_and_its_doorbell_is_stale(organization: Organization) -> None:
    job_id = ask(organization, "test.look")
    [turn] = hand_out()

    cancel(job_id)
    runner.run(str(turn.job_id), turn.fence)

    assert Job.objects.get(pk=job_id).state == "cancelled"
    assert handlers.seen == []


def test_a_running_job_is_asked_to_stop_once(organization: Organization) -> None:
    job_id = ask(organization, "test.look")
    Job.objects.update(state="running", attempt=1, fence=1, lease_until=timezone.now())

    first = cancel(job_id).cancel_requested_at
    second = cancel(job_id).cancel_requested_at

    assert first == second
    assert Job.objects.get(pk=job_id).state == "running"


def test_a_job_that_is_over_cannot_be_cancelled(organization: Organization) -> None:
    job_id = ask(organization, "test.look")
    run_next()

    with pytest.raises(Conflict) as refused:
        cancel(job_id)

    assert refused.value.code == "job_over"
    assert Job.objects.get(pk=job_id).state == "done"


def test_counts_name_every_state(organization: Organization) -> None:
    ids = [ask(organization, "test.look") for _ in range(3)]
    Job.objects.filter(pk=ids[0]).update(state="dead")

    assert job_counts() == {
        "pending": 2,
        "dispatched": 0,
        "running": 0,
        "done": 0,
        "failed": 0,
        "dead": 1,
        "cancelled": 0,
    }


def test_an_organization_sees_its_own_jobs_only(organization: Organization, other_organization: Organization) -> None:
    own, foreign = ask(organization, "test.look"), ask(other_organization, "test.look")
    platform = ask(None, "test.look")

    with scope(organization, actor=SYSTEM, source="console"):
        assert [job.id for job in visible_jobs()] == [own]
        assert job_detail(own).kind == "test.look"
        assert job_counts()["pending"] == 1
        for hidden in (foreign, platform):
            with pytest.raises(NotFound):
                job_detail(hidden)
            with pytest.raises(NotFound):
                cancel_job(actor=SYSTEM, job_id=hidden)

    assert job_counts()["pending"] == 3
