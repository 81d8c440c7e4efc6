"""Short ways to ask for jobs and to run them in this process."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from kernel.jobs import enqueue, runner, turns
from kernel.jobs.models import Job
from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import public_scope, scope
from tenants.access.models import Team
from tenants.models import Organization
from tests.jobs.handlers import QUEUE

OPERATOR = Actor(kind="operator", user_id=UUID(int=7), name="Olga Operator", email="olga@example.com")


def ask(organization: Organization | None, kind: str, payload: Any = None, **options: Any) -> UUID:
    """Commit one job and return its id."""
    if organization is None:
        with public_scope(actor=SYSTEM, source="system"):
            return enqueue(kind, payload, actor=SYSTEM, **options)
    with scope(organization, actor=SYSTEM, source="system"):
        return enqueue(kind, payload, actor=SYSTEM, **options)


def hand_out() -> list[turns.Turn]:
    """Dispatch without ringing."""
    return turns.pick(QUEUE)


def run_next() -> Job:
    """Dispatch and run the next job here; return what became of it."""
    [turn] = hand_out()
    runner.run(str(turn.job_id), turn.fence)
    return Job.objects.get(pk=turn.job_id)


def teams(organization: Organization) -> list[str]:
    """Return the names of the organization's teams."""
    with scope(organization, actor=SYSTEM, source="system"):
        return sorted(Team.objects.values_list("name", flat=True))


def elsewhere(act: Callable[[], object]) -> None:
    """Do something on a connection of its own, as another process would.

    What goes wrong there ends the test, also from inside a handler: the runner keeps errors, but not this one.
    """
    wrong = ["It never came to an end: it waits for what the caller holds."]

    def work() -> None:
        try:
            act()
            wrong.clear()
        except Exception as error:  # noqa: BLE001 - told by the thread that waits
            wrong[:] = [repr(error)]
        finally:
            connections.close_all()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(10)
    if wrong:
        pytest.fail(wrong[0])
