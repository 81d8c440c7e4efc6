"""Job kinds that only tests use; worker processes import this module through JOBS_HANDLER_MODULES."""

import os
import time
from pathlib import Path
from typing import Any

from django.db import connections, transaction

from kernel.errors import Conflict, Unavailable
from kernel.jobs import JobContext, handler
from kernel.jobs.models import Job
from kernel.tenancy.context import current_scope
from tenants.access.models import Team

# Test processes that run side by side share one Redis; each has a queue of its own.
QUEUE = f"test-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"

seen: list[dict[str, Any]] = []
hooks: dict[str, Any] = {}


def forget() -> None:
    """Forget what the handlers of this process saw."""
    seen.clear()
    hooks.clear()


@handler("test.team", queue=QUEUE)
def team(ctx: JobContext) -> dict[str, Any]:
    """Make one team, named for the attempt where asked: the effect that must happen exactly once."""
    if hook := hooks.get("before_effect"):
        hook(ctx)
    made = Team.objects.create(name=ctx.payload["name"].format(attempt=ctx.attempt))
    if hook := hooks.get("after_effect"):
        hook(ctx)
    return {"team": str(made.id)}


@handler("test.look", queue=QUEUE)
def look(ctx: JobContext) -> None:
    """Note what a handler is given."""
    scope = current_scope()
    seen.append(
        {
            "payload": ctx.payload,
            "organization": scope.organization.id if scope.organization else None,
            "actor": scope.actor,
            "source": scope.source,
            "request_id": scope.request_id,
            "job_id": scope.job_id,
            "attempt": ctx.attempt,
        }
    )


@handler("test.platform", queue=QUEUE, platform=True)
def platform(ctx: JobContext) -> None:
    """Note that the platform's own work was done."""
    seen.append({"payload": ctx.payload})


def _not_twice(job: Job) -> None:
    if job.payload["name"] == "once":
        raise Conflict("This is done only once.")


@handler("test.once", queue=QUEUE, before_retry=_not_twice)
def once(ctx: JobContext) -> None:
    """Be refused; whether this can be tried again depends on the payload."""
    raise Conflict("No.")


@handler("test.refused", queue=QUEUE)
def refused(ctx: JobContext) -> None:
    """Write something and then be refused."""
    Team.objects.create(name="half-written")
    raise Conflict("The campaign is already live.")


@handler("test.away", queue=QUEUE)
def away(ctx: JobContext) -> None:
    """Need something that is away."""
    raise Unavailable("The mail server is away.")


@handler("test.broken", queue=QUEUE)
def broken(ctx: JobContext) -> None:
    """Break with a message that holds secrets."""
    raise RuntimeError("no route to postgresql://app:hunter2@db/x with Bearer cb_live_abc_def and password='p4ss'")


@handler("test.chunks", queue=QUEUE, transactional=False, source="import")
def chunks(ctx: JobContext) -> dict[str, Any]:
    """Make `count` teams, one per chunk, from wherever the last attempt came to; wait `pause` seconds in between."""
    count = ctx.payload["count"]
    while True:
        ctx.checkpoint()
        with ctx.transaction():
            made = Team.objects.count()
            if made == count:
                ctx.finish({"teams": made})
                return {}
            Team.objects.create(name=f"team-{made}")
            ctx.progress(made + 1, count, "teams")
        if hook := hooks.get("after_chunk"):
            hook(ctx)
        time.sleep(ctx.payload.get("pause", 0))


@handler("test.slow", queue=QUEUE)
def slow(ctx: JobContext) -> None:
    """Make a team, say so in a file, then take `seconds`, listening for a wish to cancel."""
    Team.objects.create(name=f"slow-{Team.objects.count()}")
    with Path(ctx.payload["file"]).open("a") as file:
        file.write(f"{os.getpid()}\n")
    until = time.monotonic() + ctx.payload["seconds"]
    while time.monotonic() < until:
        ctx.checkpoint()
        ctx.progress(1, 2, "waiting")
        time.sleep(0.05)


@handler("test.killer", queue=QUEUE)
def killer(ctx: JobContext) -> None:
    """Kill the process that runs it, as a bug in a C library would."""
    os.kill(os.getpid(), 9)


@handler("test.steps", queue=QUEUE, transactional=False)
def steps(ctx: JobContext) -> None:
    """Two recorded steps: one on the owner's connection together with DDL, one in a chunk."""
    ctx.plan(("table", "Make the table"), ("team", "Make the team"))
    if not ctx.step_is_done("table"):
        with ctx.step("table"), transaction.atomic(using="owner"):
            with connections["owner"].cursor() as cursor:
                cursor.execute(f"CREATE TABLE public.{ctx.payload['table']} (id int PRIMARY KEY)")
            if hook := hooks.get("before_ledger"):
                hook(ctx)
            ctx.record_step("table", "done", detail="1 table", using="owner")
    with ctx.step("team"):
        if hook := hooks.get("before_team"):
            hook(ctx)
        with ctx.transaction():
            Team.objects.create(name="from-steps")
