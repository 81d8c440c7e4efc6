"""A worker that dies in the middle of an onboarding: the next run completes it, or takes it back without a trace."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from audit.models import Entry
from kernel.jobs import turns
from kernel.jobs.models import Job
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tenants.access.models import Role
from tenants.models import Domain, Invitation, Organization
from tenants.provisioning.schemas import schema_exists
from tests.console_ops import desk
from tests.console_ops.test_onboarding import STEPS, asked, nothing_is_left_of

# Before a step's effects are committed, and after: when the next one begins.
MOMENTS = [(step, "done") for step in STEPS] + [(step, "running") for step in STEPS]
UNDOING = ["invitation", "schema", "address"]


class Killed(BaseException):
    """Stands for SIGKILL: no handler of errors sees it, and nobody records how the attempt ended."""


def die(monkeypatch: pytest.MonkeyPatch, step: str, state: str) -> None:
    """Run the next job up to the moment at which its worker dies; then let its lease run out."""
    [turn] = turns.pick(desk.QUEUE)
    with desk.breaking(monkeypatch, step, Killed(), state=state), pytest.raises(Killed):
        desk.run(turn)
    assert Job.objects.get(pk=turn.job_id).state == "running"
    run_out(turn.job_id)


def run_out(job_id: UUID) -> None:
    Job.objects.filter(pk=job_id).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert [taken.turn.job_id for taken in turns.reap()] == [job_id]


def is_whole(organization: Organization) -> bool:
    """Everything is there, once."""
    with scope(organization, actor=SYSTEM, source="system"):
        roles = Role.objects.count()
        recorded = Entry.objects.filter(event="create", content_type__model="role").count()
    return (
        Organization.objects.get(pk=organization.pk).status == "active"
        and schema_exists(organization.schema_name)
        and (roles, recorded) == (6, 6)
        and Domain.objects.filter(tenant=organization).count() == 1
        and Invitation.objects.filter(organization=organization, revoked_at=None).count() == 1
        and Job.objects.filter(kind="tenants.send_invitation", organization_id=organization.pk).count() == 1
    )


@pytest.mark.parametrize(("step", "state"), MOMENTS)
def test_killed_at_any_step_it_completes_on_the_next_run(
    client: Client, monkeypatch: pytest.MonkeyPatch, step: str, state: str
) -> None:
    organization = asked(client)
    die(monkeypatch, step, state)
    assert Organization.objects.get(pk=organization.pk).status == "provisioning"

    job = desk.run_next()

    assert (job.state, job.attempt) == ("done", 2)
    assert [found["state"] for found in job.steps] == ["done"] * 6
    assert is_whole(organization)


@pytest.mark.parametrize(("step", "state"), MOMENTS)
def test_killed_at_any_step_it_can_be_taken_back_without_a_trace(
    client: Client, monkeypatch: pytest.MonkeyPatch, step: str, state: str
) -> None:
    organization = asked(client)
    address = f"/tenants/{organization.slug}/onboarding/"
    job = desk.job_of(organization.pk)
    [turn] = turns.pick(desk.QUEUE)
    with desk.breaking(monkeypatch, step, Killed(), state=state), pytest.raises(Killed):
        desk.run(turn)

    assert client.post(f"/jobs/{job.pk}/cancel/").status_code == 302
    run_out(job.pk)
    assert client.post(f"{address}roll-back/").status_code == 302
    assert desk.run_next().state == "done"

    assert nothing_is_left_of(organization)
    assert "was rolled back" in client.get(address).content.decode()


@pytest.mark.parametrize(("step", "state"), [(step, state) for step in UNDOING for state in ("running", "done")])
def test_killed_while_it_is_taken_back_it_goes_on_taking_back(
    client: Client, monkeypatch: pytest.MonkeyPatch, step: str, state: str
) -> None:
    organization = asked(client)
    with desk.breaking(monkeypatch, "live"):
        desk.run_next()
    client.post(f"/tenants/{organization.slug}/onboarding/roll-back/")

    die(monkeypatch, step, state)
    assert desk.run_next().state == "done"

    assert nothing_is_left_of(organization)


@pytest.mark.parametrize("step", UNDOING)
def test_a_way_back_that_fails_can_be_tried_again(client: Client, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    organization = asked(client)
    address = f"/tenants/{organization.slug}/onboarding/"
    with desk.breaking(monkeypatch, "checks"):
        desk.run_next()
    client.post(f"{address}roll-back/")
    with desk.breaking(monkeypatch, step):
        assert desk.run_next().state == "failed"
    page = client.get(address).content.decode()
    assert "Rolling Alder &amp; Oak back stopped" in page
    assert "The disk is full." in page

    client.post(f"{address}retry/")
    assert desk.run_next().state == "done"

    assert nothing_is_left_of(organization)


def test_the_setup_of_what_was_taken_back_does_not_start_again(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    organization = asked(client)
    setup = desk.job_of(organization.pk)
    with desk.breaking(monkeypatch, "checks"):
        desk.run_next()
    client.post(f"/tenants/{organization.slug}/onboarding/roll-back/")
    desk.run_next()

    answer = client.post(f"/jobs/{setup.pk}/retry/")

    assert answer.status_code == 409
    assert "Alder &amp; Oak was rolled back." in answer.content.decode()
    assert Job.objects.get(pk=setup.pk).state == "failed"
    assert nothing_is_left_of(organization)
