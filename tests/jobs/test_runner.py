"""An attempt commits its effects together with `done`, or nothing at all."""

import time
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import connection, connections, transaction
from django.utils import timezone

from kernel.ids import uuid7
from kernel.jobs import JobContext, enqueue, runner, turns
from kernel.jobs.context import shutting_down
from kernel.jobs.models import Job
from kernel.tenancy.context import current
from kernel.tenancy.scope import scope
from tenants.models import Organization
from tests.identity.world import join, person
from tests.jobs import handlers
from tests.jobs.work import ask, elsewhere, hand_out, run_next, teams


def taken_back_and_handed_out_again(ctx: JobContext) -> None:
    """What the dispatcher does with a worker it holds for dead. At once, or the worker's heartbeat comes between."""

    def act() -> None:
        with transaction.atomic():
            Job.objects.filter(pk=ctx.job_id).update(lease_until=timezone.now() - timedelta(seconds=1))
            assert [reaped.turn.job_id for reaped in turns.reap()] == [ctx.job_id]
            Job.objects.filter(pk=ctx.job_id).update(run_at=timezone.now() - timedelta(seconds=1))

    elsewhere(act)


def test_effect_and_done_commit_together(organization: Organization) -> None:
    ask(organization, "test.team", {"name": "Brand"})

    job = run_next()

    assert (job.state, job.attempt, job.lease_until) == ("done", 1, None)
    assert job.finished_at is not None
    assert job.worker != ""
    assert job.result is not None
    assert list(job.result) == ["team"]
    assert teams(organization) == ["Brand"]
    assert current() is None


def test_a_handler_sees_who_asked_and_for_whom(organization: Organization) -> None:
    actor = join(organization, person(), "marketer")
    with scope(organization, actor=actor, source="api", request_id="r-1"):
        job_id = enqueue("test.look", {"a": 1}, actor=actor)

    run_next()

    assert handlers.seen == [
        {
            "payload": {"a": 1},
            "organization": organization.id,
            "actor": actor,
            "source": "job",
            "request_id": "r-1",
            "job_id": job_id,
            "attempt": 1,
        }
    ]


def test_a_platform_job_runs_on_the_public_tables() -> None:
    ask(None, "test.look")

    assert run_next().state == "done"
    assert [seen["organization"] for seen in handlers.seen] == [None]


def test_a_doubled_doorbell_runs_once(organization: Organization) -> None:
    ask(organization, "test.team", {"name": "Brand"})
    [turn] = hand_out()

    runner.run(str(turn.job_id), turn.fence)
    runner.run(str(turn.job_id), turn.fence)

    assert teams(organization) == ["Brand"]
    assert Job.objects.get(pk=turn.job_id).attempt == 1


def test_a_doorbell_with_an_old_fence_is_dropped(organization: Organization) -> None:
    ask(organization, "test.team", {"name": "Brand"})
    [stale] = hand_out()
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    turns.reap()
    [fresh] = hand_out()

    runner.run(str(stale.job_id), stale.fence)
    assert teams(organization) == []
    assert Job.objects.get(pk=fresh.job_id).state == "dispatched"

    runner.run(str(fresh.job_id), fresh.fence)
    assert teams(organization) == ["Brand"]


def test_a_zombie_rolls_its_effect_back(organization: Organization) -> None:
    ask(organization, "test.team", {"name": "Brand"})
    handlers.hooks["after_effect"] = taken_back_and_handed_out_again

    zombie = run_next()
    assert (zombie.state, zombie.deaths, teams(organization)) == ("pending", 1, [])

    handlers.hooks.clear()
    job = run_next()
    assert (job.state, job.attempt, job.fence, teams(organization)) == ("done", 2, 2, ["Brand"])


def test_a_zombie_cannot_spoil_the_attempt_that_replaced_it(organization: Organization) -> None:
    ask(organization, "test.team", {"name": "Brand {attempt}"})
    done: list[str] = []

    def replaced(ctx: JobContext) -> None:
        # Before the effect: the first of two who make teams holds the count of changes of access until it commits.
        handlers.hooks.clear()
        taken_back_and_handed_out_again(ctx)
        elsewhere(lambda: done.append(run_next().state))

    handlers.hooks["before_effect"] = replaced
    job = run_next()

    assert done == ["done"]
    assert (job.state, job.fence, job.attempt) == ("done", 2, 2)
    assert teams(organization) == ["Brand 2"]


def test_a_refusal_is_final_and_leaves_nothing_half_written(organization: Organization) -> None:
    ask(organization, "test.refused")

    job = run_next()

    assert (job.state, job.attempt) == ("failed", 1)
    assert job.error_class == "kernel.errors.Conflict"
    assert job.error_text == "The campaign is already live."
    assert teams(organization) == []


def test_an_error_is_tried_again_until_the_attempts_are_used_up(organization: Organization) -> None:
    ask(organization, "test.broken", max_attempts=2)

    job = run_next()
    assert (job.state, job.attempt, job.error_class) == ("pending", 1, "RuntimeError")
    Job.objects.update(run_at=timezone.now())

    job = run_next()
    assert (job.state, job.attempt) == ("dead", 2)
    assert job.finished_at is not None


def test_an_outage_is_no_refusal(organization: Organization) -> None:
    ask(organization, "test.away")

    job = run_next()

    assert (job.state, job.error_class) == ("pending", "kernel.errors.Unavailable")


def test_an_error_is_kept_without_secrets(organization: Organization) -> None:
    ask(organization, "test.broken")

    job = run_next()

    assert job.error_text == "no route to postgresql://app:***@db/x with Bearer *** and password='***'"


def test_the_wait_before_the_next_attempt_grows(settings: LazySettings) -> None:
    settings.JOBS_BACKOFF, settings.JOBS_BACKOFF_MAX = 2.0, 10.0

    longest = [max(runner._delay(attempt) for _ in range(300)) for attempt in (1, 2, 3, 9)]

    assert 1.5 < longest[0] <= 2 < longest[1] <= 4 < longest[2] <= 8 < longest[3] <= 10


def test_a_job_of_an_organization_that_is_gone_fails() -> None:
    Job.objects.create(
        organization_id=uuid7(), kind="test.look", queue=handlers.QUEUE, actor_kind="system", tenant_role="x"
    )

    job = run_next()

    assert (job.state, job.error_text) == ("failed", "The organization of this job does not exist any more.")


def test_a_kind_this_worker_does_not_know_waits_for_one_that_does() -> None:
    Job.objects.create(kind="test.newer", queue=handlers.QUEUE, actor_kind="system")

    assert run_next().state == "pending"


def test_chunks_commit_one_by_one_and_the_last_one_with_done(organization: Organization) -> None:
    ask(organization, "test.chunks", {"count": 3})

    job = run_next()

    assert (job.state, job.result) == ("done", {"teams": 3})
    assert job.progress == {"done": 3, "total": 3, "phase": "teams"}
    assert teams(organization) == ["team-0", "team-1", "team-2"]


def test_a_chunked_job_goes_on_where_it_came_to(organization: Organization) -> None:
    ask(organization, "test.chunks", {"count": 3})

    def breaks(ctx: JobContext) -> None:
        handlers.hooks.clear()
        raise RuntimeError("the disk is full")

    handlers.hooks["after_chunk"] = breaks
    job = run_next()
    assert (job.state, teams(organization)) == ("pending", ["team-0"])
    assert job.progress == {"done": 1, "total": 3, "phase": "teams"}

    Job.objects.update(run_at=timezone.now())
    job = run_next()
    assert (job.state, job.attempt, teams(organization)) == ("done", 2, ["team-0", "team-1", "team-2"])


def test_a_zombie_between_chunks_commits_no_further_chunk(organization: Organization) -> None:
    ask(organization, "test.chunks", {"count": 3})
    handlers.hooks["after_chunk"] = taken_back_and_handed_out_again

    job = run_next()

    assert (job.state, job.deaths, teams(organization)) == ("pending", 1, ["team-0"])


def test_progress_shows_while_the_transaction_is_open(organization: Organization) -> None:
    ask(organization, "test.team", {"name": "Brand"})
    found: list[dict[str, object]] = []

    def looks(ctx: JobContext) -> None:
        ctx.progress(1, 4, "half way")
        until = time.monotonic() + 5
        while not found and time.monotonic() < until:
            elsewhere(lambda: found.extend(Job.objects.filter(progress__done=1).values_list("progress", flat=True)))
            time.sleep(0.05)

    handlers.hooks["after_effect"] = looks
    run_next()

    assert found == [{"done": 1, "total": 4, "phase": "half way"}]


def test_the_heartbeat_keeps_the_lease(organization: Organization, settings: LazySettings) -> None:
    settings.JOBS_LEASE = 1.0
    ask(organization, "test.team", {"name": "Brand"})
    reaped: list[turns.Reaped] = []

    def outlives_its_lease(ctx: JobContext) -> None:
        time.sleep(1.5)
        elsewhere(lambda: reaped.extend(turns.reap()))

    handlers.hooks["after_effect"] = outlives_its_lease
    job = run_next()

    assert (reaped, job.state, teams(organization)) == ([], "done", ["Brand"])


def test_a_running_job_is_cancelled_at_its_next_checkpoint(organization: Organization) -> None:
    ask(organization, "test.chunks", {"count": 3})

    def asks_to_cancel(ctx: JobContext) -> None:
        handlers.hooks.clear()
        elsewhere(lambda: Job.objects.update(cancel_requested_at=timezone.now()))

    handlers.hooks["after_chunk"] = asks_to_cancel
    job = run_next()

    assert (job.state, job.error_text) == ("cancelled", "")
    assert teams(organization) in (["team-0"], ["team-0", "team-1"])


def test_a_job_pauses_without_cost_when_its_worker_shuts_down(organization: Organization) -> None:
    ask(organization, "test.chunks", {"count": 3})
    handlers.hooks["after_chunk"] = lambda _ctx: shutting_down.set()
    try:
        job = run_next()
    finally:
        shutting_down.clear()
        handlers.hooks.clear()
    assert (job.state, job.attempt, job.deaths, job.error_class) == ("pending", 0, 0, "")
    assert teams(organization) == ["team-0"]

    assert run_next().state == "done"


@pytest.fixture
def table() -> "str":
    return f"made_{uuid7().hex}"


def table_exists(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"public.{table}"])
        return bool(cursor.fetchone()[0])


def drop(table: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS public.{table}")


def test_a_step_commits_with_the_structure_it_made(organization: Organization, table: str) -> None:
    ask(organization, "test.steps", {"table": table})

    job = run_next()

    assert [(step["name"], step["label"], step["state"], step["detail"]) for step in job.steps] == [
        ("table", "Make the table", "done", "1 table"),
        ("team", "Make the team", "done", ""),
    ]
    assert all(step["started_at"] <= step["finished_at"] for step in job.steps)
    assert table_exists(table)
    drop(table)


def test_a_zombie_makes_no_structure(organization: Organization, table: str) -> None:
    ask(organization, "test.steps", {"table": table})
    handlers.hooks["before_ledger"] = taken_back_and_handed_out_again

    job = run_next()

    assert (job.state, table_exists(table)) == ("pending", False)
    assert [step["state"] for step in job.steps] == ["running", "waiting"]


def test_a_failed_step_is_named_and_finished_ones_are_not_repeated(organization: Organization, table: str) -> None:
    ask(organization, "test.steps", {"table": table}, steps=[("table", "Make the table"), ("team", "Make the team")])
    assert [step["state"] for step in Job.objects.get().steps] == ["waiting", "waiting"]

    def breaks(ctx: JobContext) -> None:
        handlers.hooks.clear()
        raise RuntimeError("no room left")

    handlers.hooks["before_team"] = breaks
    job = run_next()
    assert [(step["state"], step["error"]) for step in job.steps] == [("done", ""), ("failed", "no room left")]
    assert job.state == "pending"

    Job.objects.update(run_at=timezone.now())
    job = run_next()
    assert [(step["state"], step["error"]) for step in job.steps] == [("done", ""), ("done", "")]
    assert (job.state, teams(organization)) == ("done", ["from-steps"])
    drop(table)


def test_nothing_is_left_open_after_a_job(organization: Organization) -> None:
    for kind in ("test.refused", "test.broken", "test.look"):
        ask(organization, kind)
        run_next()
        Job.objects.update(state="done")

    assert current() is None
    assert not connection.in_atomic_block
