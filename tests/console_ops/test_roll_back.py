"""A setup that shall not be: whenever its roll-back is asked for, nobody is ever locked out of something live."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.db import connection
from django.db.models.functions import Now
from django.test import Client

from kernel.errors import Conflict, Invalid
from kernel.jobs import JobContext
from kernel.jobs.commands import cancel_job, retry_job
from kernel.jobs.models import Job
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import public_scope, scope
from tenants.access.models import Role
from tenants.commands import onboarding
from tenants.commands.invitations import revoke_open
from tenants.models import Invitation, Organization
from tenants.provisioning.schemas import drop_schema, schema_exists
from tenants.queries.invitations import open_invitation, state_of
from tests.console_ops import desk
from tests.console_ops.test_onboarding import asked, nothing_is_left_of
from tests.jobs.work import elsewhere


def failed_at(client: Client, monkeypatch: pytest.MonkeyPatch, step: str) -> Organization:
    """An organization whose setup failed at that step."""
    organization = asked(client)
    with desk.breaking(monkeypatch, step):
        assert desk.run_next().state == "failed"
    return organization


def roll_back(organization: Organization) -> UUID:
    with public_scope(actor=SYSTEM, source="operator"):
        return onboarding.roll_back(actor=SYSTEM, organization_id=organization.pk)


def retry(job_id: UUID) -> None:
    with public_scope(actor=SYSTEM, source="operator"):
        retry_job(actor=SYSTEM, job_id=job_id)


def cancel(job_id: UUID) -> None:
    with public_scope(actor=SYSTEM, source="operator"):
        cancel_job(actor=SYSTEM, job_id=job_id)


def setup_of(organization: Organization) -> Job:
    found: Job = Job.objects.get(kind=onboarding.ONBOARD, dedupe_key=str(organization.pk))
    return found


def status_of(organization: Organization) -> str:
    return str(Organization.objects.get(pk=organization.pk).status)


def invitation_state(organization: Organization) -> str:
    """What became of the invitation that is neither accepted nor withdrawn; empty where there is none."""
    found = open_invitation(organization.pk, f"mira@{organization.slug}.example")
    return state_of(found) if found is not None else ""


def when(monkeypatch: pytest.MonkeyPatch, step: str, state: str, act: Callable[[], object]) -> None:
    """Do something on another connection at the moment the running job writes that state of a step down."""
    record = JobContext.record_step

    def first_act(context: JobContext, name: str, became: Any, **more: Any) -> None:
        if (name, became) == (step, state):
            monkeypatch.setattr(JobContext, "record_step", record)
            elsewhere(act)
        record(context, name, became, **more)

    monkeypatch.setattr(JobContext, "record_step", first_act)


# Trying again -----------------------------------------------------------------------------------


def test_a_setup_whose_roll_back_failed_halfway_cannot_go_live(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    organization = failed_at(client, monkeypatch, "checks")
    undoing = roll_back(organization)
    with desk.breaking(monkeypatch, "schema"):
        assert desk.run_next().state == "failed"

    answer = client.post(f"/jobs/{setup_of(organization).pk}/retry/")

    assert answer.status_code == 409
    assert "Alder &amp; Oak is to be rolled back; its setup can&#x27;t go on." in answer.content.decode()
    assert (setup_of(organization).state, status_of(organization)) == ("failed", "provisioning")
    retry(undoing)
    assert desk.run_next().state == "done"
    assert nothing_is_left_of(organization)


def test_a_setup_that_waits_behind_its_roll_back_does_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    organization = failed_at(client, monkeypatch, "checks")
    retry(setup_of(organization).pk)
    cancel(roll_back(organization))
    retry(setup_of(organization).pk)
    undoing = Job.objects.get(kind=onboarding.ROLL_BACK)
    retry(undoing.pk)

    first, second = desk.run_next(), desk.run_next()

    assert (first.kind, first.state) == (onboarding.ONBOARD, "failed")
    assert first.error_text == "Alder & Oak is to be rolled back; its setup can't go on."
    assert (second.pk, second.state) == (undoing.pk, "done")
    assert nothing_is_left_of(organization)


def test_a_setup_whose_roll_back_was_cancelled_halfway_is_done_anew(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    organization = failed_at(client, monkeypatch, "checks")
    undoing = roll_back(organization)
    with desk.breaking(monkeypatch, "address"):
        desk.run_next()
    assert (invitation_state(organization), schema_exists(organization.schema_name)) == ("", False)
    Job.objects.filter(pk=undoing).update(state="cancelled")
    address = f"/tenants/{organization.slug}/onboarding/"
    assert "Setting up Alder &amp; Oak stopped" in client.get(address).content.decode()

    assert client.post(f"{address}retry/").status_code == 302
    assert desk.run_next().state == "done"

    assert (status_of(organization), invitation_state(organization)) == ("active", "open")
    with scope(organization, actor=SYSTEM, source="system"):
        assert Role.objects.count() == 6


def test_a_roll_back_that_is_tried_again_undoes_what_was_done_since(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    organization = failed_at(client, monkeypatch, "checks")
    undoing = roll_back(organization)
    with desk.breaking(monkeypatch, "address"):
        desk.run_next()
    Job.objects.filter(pk=undoing).update(state="cancelled")
    retry(setup_of(organization).pk)
    with desk.breaking(monkeypatch, "live"):
        desk.run_next()
    assert (invitation_state(organization), schema_exists(organization.schema_name)) == ("open", True)

    retry(undoing)
    assert desk.run_next().state == "done"

    assert nothing_is_left_of(organization)


@pytest.mark.parametrize("lost", ["withdrawn", "expired", "schema", "roles"])
def test_a_step_looks_at_what_is_there(client: Client, monkeypatch: pytest.MonkeyPatch, lost: str) -> None:
    organization = failed_at(client, monkeypatch, "live")
    if lost == "schema":
        drop_schema(organization)
    elif lost == "roles":
        with scope(organization, actor=SYSTEM, source="system"):
            Role.objects.filter(slug="viewer").delete()
    else:
        with public_scope(actor=SYSTEM, source="system"):
            if lost == "withdrawn":
                revoke_open(organization=organization)
            else:
                Invitation.objects.filter(organization=organization).update(expires_at=Now() - timedelta(days=1))

    retry(setup_of(organization).pk)
    assert desk.run_next().state == "done"

    assert (status_of(organization), invitation_state(organization)) == ("active", "open")
    with scope(organization, actor=SYSTEM, source="system"):
        assert Role.objects.count() == 6


def test_nothing_goes_live_that_nobody_can_come_in_to(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    organization = asked(client)

    def withdraw() -> None:
        with public_scope(actor=SYSTEM, source="system"):
            revoke_open(organization=organization)

    when(monkeypatch, "checks", "running", withdraw)
    job = desk.run_next()

    assert (job.state, status_of(organization)) == ("failed", "provisioning")
    assert job.error_text == f"The invitation of mira@{organization.slug}.example is not open any more."


# Asked for while the setup is under way -----------------------------------------------------------


def test_asked_for_before_the_setup_began_it_is_all_that_happens(client: Client) -> None:
    organization = asked(client)

    assert client.post(f"/tenants/{organization.slug}/onboarding/roll-back/").status_code == 302

    assert (setup_of(organization).state, setup_of(organization).attempt) == ("cancelled", 0)
    assert desk.run_next().state == "done"
    assert desk.picked(desk.QUEUE) == []
    assert nothing_is_left_of(organization)


@pytest.mark.parametrize("step", ["schema", "roles", "limits", "invitation", "checks"])
def test_asked_for_while_the_setup_runs_it_stops_the_setup(
    client: Client, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    organization = asked(client)
    when(monkeypatch, step, "running", lambda: roll_back(organization))

    setup = desk.run_next()

    assert (setup.state, status_of(organization)) == ("cancelled", "provisioning")
    assert [found["name"] for found in setup.steps if found["state"] == "done"][-1] == step
    assert desk.run_next().state == "done"
    assert nothing_is_left_of(organization)


def test_asked_for_at_the_last_moment_it_still_comes_before_going_live(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    organization = asked(client)
    when(monkeypatch, "live", "running", lambda: roll_back(organization))

    setup = desk.run_next()

    assert (setup.kind, setup.state, status_of(organization)) == (onboarding.ONBOARD, "failed", "provisioning")
    assert desk.run_next().state == "done"
    assert nothing_is_left_of(organization)
    assert mail.outbox == []


def test_a_roll_back_that_comes_too_late_is_refused(client: Client) -> None:
    organization = asked(client)
    desk.run_next()

    with pytest.raises(Conflict):
        roll_back(organization)

    assert status_of(organization) == "active"
    assert not Job.objects.filter(kind=onboarding.ROLL_BACK).exists()


def test_a_cancelled_setup_stops_before_its_next_step(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    organization = asked(client)
    when(monkeypatch, "limits", "running", lambda: cancel(setup_of(organization).pk))

    job = desk.run_next()

    assert (job.state, status_of(organization)) == ("cancelled", "provisioning")
    assert [found["state"] for found in job.steps] == ["done", "done", "done", "waiting", "waiting", "waiting"]
    assert invitation_state(organization) == ""


# The first invitation ---------------------------------------------------------------------------


def test_the_first_invitation_is_mailed_once_and_outside_a_transaction(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    organization = asked(client)
    desk.run_next()
    sent: list[bool] = []
    monkeypatch.setattr("tenants.signin.mail.invitation", lambda *_arguments: sent.append(connection.in_atomic_block))

    [job] = Job.objects.filter(kind="tenants.send_invitation")
    desk.run_all("default")

    assert (job.organization_id, sent) == (organization.pk, [False])
    assert Job.objects.get(pk=job.pk).state == "done"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"admin_email": "nobody"}, "email_malformed"),
        ({"admin_email": f"mira@{'a.' * 130}example"}, "email_length"),
        ({"admin_name": "x" * 121}, "name_length"),
        ({"admin_name": "Mira\nBcc: all@example.com"}, "name_length"),
    ],
)
def test_a_first_admin_who_could_not_be_invited_is_refused_at_once(
    committed: None, changed: dict[str, str], code: str
) -> None:
    before = Organization.objects.count()

    with pytest.raises(Invalid) as caught, public_scope(actor=SYSTEM, source="operator"):
        onboarding.onboard(actor=SYSTEM, **desk.filled_in(**changed))

    [field] = changed
    assert {(error.pointer, error.code) for error in caught.value.errors} >= {(field, code)}
    assert (Organization.objects.count(), Job.objects.count()) == (before, 0)
