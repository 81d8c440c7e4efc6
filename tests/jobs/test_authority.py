"""A job runs for the organization that asked, and with the rights that who asked has when it runs."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from kernel.ids import uuid7
from kernel.jobs import enqueue
from kernel.jobs.commands import retry_job
from kernel.jobs.models import Job
from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.names import tenant_role
from kernel.tenancy.scope import public_scope, scope
from tenants import records
from tenants.access.members import resume_member, suspend_member
from tenants.access.models import Membership, Role, ServiceToken
from tenants.access.tokens import create_token, revoke_token
from tenants.commands.operators import remove_operator
from tenants.models import Organization, User
from tests.identity.world import join, operator, person
from tests.jobs import handlers
from tests.jobs.work import ask, run_next, teams

SCOPES = frozenset({"campaign:view", "campaign:edit"})


def forge(organization_id: UUID | None, role: str, kind: str = "test.team") -> None:
    """Write a job's row as somebody with a tenant's database role could."""
    Job.objects.create(
        organization_id=organization_id,
        tenant_role=role,
        kind=kind,
        queue=handlers.QUEUE,
        actor_kind="system",
        payload={"name": "forged"},
    )


def user_id_of(actor: Actor) -> UUID:
    assert actor.user_id is not None
    return actor.user_id


def role_of(organization: Organization) -> str:
    return tenant_role(str(connection.settings_dict["NAME"]), organization.schema_name)


def asked_by(actor: Actor, organization: Organization | None) -> UUID:
    if organization is None:
        with public_scope(actor=actor, source="operator"):
            return enqueue("test.look", actor=actor)
    with scope(organization, actor=actor, source="api"):
        return enqueue("test.look", actor=actor)


def change_role(organization: Organization, actor: Actor, role: str) -> None:
    with scope(organization, actor=SYSTEM, source="system"):
        records.access_changing(organization.pk)
        Membership.objects.filter(user_id=user_id_of(actor)).update(role=Role.objects.get(slug=role))


def membership_id(organization: Organization, actor: Actor) -> UUID:
    with scope(organization, actor=SYSTEM, source="system"):
        return Membership.objects.get(user_id=user_id_of(actor)).pk


def retry(job_id: UUID) -> None:
    with public_scope(actor=SYSTEM, source="system"):
        retry_job(actor=SYSTEM, job_id=job_id)


def is_refused(actor: Actor) -> bool:
    job = run_next()
    return (job.state, job.error_class, job.error_text, handlers.seen) == (
        "failed",
        "kernel.errors.NotAllowed",
        f"{actor.name} asked for this job and may not act here any more.",
        [],
    )


# Whose job it is --------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["other", "none"])
def test_a_row_that_names_a_foreign_organization_does_nothing_in_it(
    organization: Organization, other_organization: Organization, role: str
) -> None:
    forge(organization.pk, role_of(other_organization) if role == "other" else "")

    job = run_next()

    assert (job.state, job.attempt, job.error_class) == ("failed", 1, "kernel.errors.NotAllowed")
    assert job.error_text == "This job names an organization that did not ask for it."
    assert teams(organization) == teams(other_organization) == []


def test_an_organization_writes_no_job_of_the_platform(organization: Organization) -> None:
    forge(None, role_of(organization), "test.look")

    assert run_next().state == "failed"
    assert handlers.seen == []


def test_only_the_platform_asks_for_what_is_the_platforms(organization: Organization) -> None:
    ask(organization, "test.platform", {"organization_id": str(uuid7())})
    job = run_next()
    assert (job.state, job.error_text) == ("failed", "Only the platform may ask for jobs of this kind.")
    assert handlers.seen == []

    ask(None, "test.platform")
    assert run_next().state == "done"
    assert handlers.seen == [{"payload": {}}]


# As whom it runs --------------------------------------------------------------------------------


def test_a_demoted_person_acts_with_the_role_they_have_now(organization: Organization) -> None:
    owner = join(organization, person(), "owner")
    asked_by(owner, organization)
    change_role(organization, owner, "viewer")

    assert run_next().state == "done"
    assert [(seen["actor"].user_id, seen["actor"].role) for seen in handlers.seen] == [(owner.user_id, "viewer")]


def test_a_suspended_person_does_nothing_until_they_are_back(organization: Organization) -> None:
    join(organization, person(), "owner")
    owner = join(organization, person(), "owner")
    job_id = asked_by(owner, organization)
    with scope(organization, actor=SYSTEM, source="system"):
        suspend_member(actor=SYSTEM, membership_id=membership_id(organization, owner))

    assert is_refused(owner)
    retry(job_id)
    assert is_refused(owner)

    with scope(organization, actor=SYSTEM, source="system"):
        resume_member(actor=SYSTEM, membership_id=membership_id(organization, owner))
    retry(job_id)
    assert run_next().state == "done"


def test_a_person_whose_account_is_switched_off_does_nothing(organization: Organization) -> None:
    member = join(organization, person(), "marketer")
    asked_by(member, organization)
    with public_scope(actor=SYSTEM, source="system"):
        records.account_changing(user_id_of(member))
        User.objects.filter(pk=user_id_of(member)).update(is_active=False)

    assert is_refused(member)


def test_a_stranger_does_nothing(organization: Organization) -> None:
    stranger = Actor("person", uuid7(), "Mallory", "mallory@example.com", "owner")
    asked_by(stranger, organization)

    assert is_refused(stranger)


@pytest.fixture
def token(organization: Organization) -> Actor:
    """A manager's token as a request would present it."""
    manager = join(organization, person(), "manager")
    with scope(organization, actor=manager, source="console"):
        made, _text = create_token(actor=manager, name="CI", scopes=SCOPES)
    return Actor("token", manager.user_id, manager.name, manager.email, "manager", made.pk, SCOPES)


def test_a_token_stays_as_narrow_as_it_was(organization: Organization, token: Actor) -> None:
    asked_by(token, organization)
    change_role(organization, token, "analyst")

    assert run_next().state == "done"
    [seen] = handlers.seen
    assert (seen["actor"].kind, seen["actor"].role, seen["actor"].token_id) == ("token", "analyst", token.token_id)
    assert seen["actor"].scopes == SCOPES


@pytest.mark.parametrize("end", ["revoked", "expired", "owner suspended"])
def test_a_token_that_is_over_does_nothing(organization: Organization, token: Actor, end: str) -> None:
    asked_by(token, organization)
    with scope(organization, actor=SYSTEM, source="system"):
        records.access_changing(organization.pk)
        if end == "revoked":
            assert token.token_id is not None
            revoke_token(actor=SYSTEM, token_id=token.token_id)
        elif end == "expired":
            ServiceToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        else:
            Membership.objects.filter(user_id=user_id_of(token)).update(status=Membership.Status.SUSPENDED)

    assert is_refused(token)


def test_an_operator_does_nothing_once_they_are_none(organization: Organization) -> None:
    operator()
    user = operator()
    actor = Actor("operator", user.pk, user.name, user.email)
    asked_by(actor, None)
    assert run_next().state == "done"
    handlers.forget()

    asked_by(actor, None)
    with public_scope(actor=SYSTEM, source="system"):
        remove_operator(actor=SYSTEM, email=user.email)

    assert is_refused(actor)
