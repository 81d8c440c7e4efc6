"""An operator at work: a signed-in client of the operators' host, and the jobs that their clicks ask for."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kernel.errors import Conflict
from kernel.jobs import JobContext, runner, turns
from kernel.jobs.models import Job
from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import public_scope
from tenants.commands.operators import add_operator
from tenants.models import User
from tenants.signin.sessions import BACKEND, HOST, SessionStore

HOST_NAME = "ops.localhost"
QUEUE = "provisioning"


def make_operator(name: str = "Olga Operator") -> User:
    """A committed operator."""
    with public_scope(actor=SYSTEM, source="system"):
        email = f"{secrets.token_hex(6)}@example.com"
        return add_operator(actor=SYSTEM, email=email, name=name, password=secrets.token_hex(16)).user


def actor_for(user: User) -> Actor:
    """The operator as commands see them."""
    return Actor(kind="operator", user_id=user.pk, name=user.name, email=user.email)


def signed_in(user: User, host: str = HOST_NAME) -> Client:
    """A client with a session of `user` on `host`."""
    session = SessionStore()
    session.update(
        {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: BACKEND,
            HASH_SESSION_KEY: user.get_session_auth_hash(),
            HOST: host,
        }
    )
    session.save()
    client = Client(headers={"host": host})
    client.cookies["__Host-session"] = str(session.session_key)
    return client


def filled_in(**changed: Any) -> dict[str, Any]:
    """The onboarding form, filled in with an address that nobody has."""
    slug = f"alder-{secrets.token_hex(4)}"
    return {
        "name": "Alder & Oak",
        "slug": slug,
        "time_zone": "Europe/Berlin",
        "plan": "team",
        "admin_email": f"mira@{slug}.example",
        "admin_name": "Mira Alder",
    } | changed


def run_next(queue: str = QUEUE) -> Job:
    """Hand out the next job of the queue and run it in this process; return what became of it."""
    [turn] = turns.pick(queue)
    return run(turn)


def run(turn: turns.Turn) -> Job:
    """Run a job that was handed out; return what became of it."""
    runner.run(str(turn.job_id), turn.fence)
    return Job.objects.get(pk=turn.job_id)


def picked(queue: str) -> list[UUID]:
    """Hand out what is ready in the queue, without running it."""
    return [turn.job_id for turn in turns.pick(queue)]


def run_all(queue: str = QUEUE) -> None:
    """Run every job of the queue that is ready."""
    while found := turns.pick(queue):
        for turn in found:
            run(turn)


def queries_of(client: Client, address: str, **given: str) -> int:
    """How many questions a page asks of the database once the asker is known, BEGIN and COMMIT aside."""
    client.get(address, given)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address, given).status_code == 200
    return sum(query["sql"] not in ("BEGIN", "COMMIT") for query in captured)


def job_of(organization_id: UUID) -> Job:
    """The last job that set the organization up or took it back."""
    return Job.objects.filter(dedupe_key=str(organization_id)).order_by("-id")[0]


@contextmanager
def breaking(
    monkeypatch: pytest.MonkeyPatch, step: str, error: BaseException | None = None, *, state: str = "done"
) -> Iterator[None]:
    """Let one step of the jobs that run meanwhile break at the moment it is written down as `state`."""
    record = JobContext.record_step

    def break_off(context: JobContext, name: str, became: Any, **more: Any) -> None:
        if (name, became) == (step, state):
            raise error or Conflict("The disk is full.")
        record(context, name, became, **more)

    with monkeypatch.context() as patched:
        patched.setattr(JobContext, "record_step", break_off)
        yield
