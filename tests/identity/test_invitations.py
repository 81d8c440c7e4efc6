"""Asking people in: who may, whom, and what becomes of an invitation."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection
from django.utils import timezone

from kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from kernel.jobs import enqueue, runner, turns
from kernel.jobs.models import Job
from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import public_scope, scope
from tenants.commands.invitations import (
    invite,
    invite_first_admin,
    resend,
    revoke,
    revoke_open,
    send_invitation,
)
from tenants.models import Invitation, Organization
from tenants.queries.invitations import invitations_of, link_of, state_of, token_of
from tests.identity.browser import Browser
from tests.identity.inviting import OPERATOR, form, invited, move_end, rows
from tests.identity.inviting import admin as admin
from tests.identity.world import BASE, email, join, person


def test_it_gives_a_link_that_works_once_and_for_a_week(organization: Organization, admin: Actor) -> None:
    with scope(organization, actor=admin, source="console"):
        invitation = invite(
            actor=admin, organization=organization, email=" Grace@Example.com ", name="Grace", role="viewer"
        )
    link = link_of(invitation)

    assert re.fullmatch(r"http://localhost:8000/invitation/[A-Za-z0-9_-]{43}/", link)
    assert (invitation.email, invitation.role, invitation.invited_by) == ("Grace@Example.com", "viewer", admin.name)
    assert abs(invitation.expires_at - timezone.now() - timedelta(days=7)) < timedelta(minutes=1)
    assert link_of(Invitation.objects.get(pk=invitation.pk)) == link


def test_the_token_is_stored_and_logged_nowhere(
    organization: Organization, admin: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    invitation = invited(organization, admin)
    token = token_of(invitation)
    browser = Browser()
    browser.open(f"{BASE}/invitation/{token}/")
    browser.post(f"{BASE}/invitation/open/", form(password="short"))
    browser.post(f"{BASE}/invitation/open/", form())
    browser.open(f"{BASE}/invitation/{token}/")

    assert token not in caplog.text
    with connection.cursor() as cursor:
        for table in ("tenants_invitation", "audit_platform_platformentry", "jobs_job"):
            cursor.execute(f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE %s", [f"%{token}%"])
            assert cursor.fetchone() == (0,), table


@pytest.mark.parametrize("role", ["viewer", "analyst", "marketer", "manager"])
def test_only_some_may_invite(organization: Organization, role: str) -> None:
    actor = join(organization, person(), role)

    with pytest.raises(NotAllowed) as caught, scope(organization, actor=actor, source="console"):
        invite(actor=actor, organization=organization, email=email(), name="", role="viewer")

    assert caught.value.extra["permission"] == "member:invite"
    assert not Invitation.objects.filter(organization=organization).exists()


def test_nobody_invites_to_a_higher_rank(organization: Organization, admin: Actor) -> None:
    with pytest.raises(NotAllowed, match="permits more than your own role"):
        invited(organization, admin, role="owner")

    assert not Invitation.objects.filter(organization=organization).exists()


@pytest.mark.parametrize(
    ("address", "name", "role", "code"),
    [
        ("nobody", "", "viewer", "email_malformed"),
        ("", "", "viewer", "email_malformed"),
        ("a\x00b@example.com", "", "viewer", "email_malformed"),
        ("a@example.com\nBcc: b@example.com", "", "viewer", "email_malformed"),
        ("a@example.com", "x" * 121, "viewer", "name_length"),
        ("a@example.com", "a\x00b", "viewer", "name_length"),
        ("a@example.com", "a\ud800b", "viewer", "name_length"),
        ("a@exam\ud800ple.com", "", "viewer", "email_malformed"),
        ("holder@01900000-0000-7000-8000-00000000000a.invalid", "", "viewer", "email_reserved"),
        ("a@example.INVALID", "", "viewer", "email_reserved"),
        ("a@example.com", "", "emperor", "unknown_role"),
        ("a@example.com", "", "", "unknown_role"),
    ],
)
def test_bad_input_invites_nobody(
    organization: Organization, admin: Actor, address: str, name: str, role: str, code: str
) -> None:
    with pytest.raises(Invalid) as caught, scope(organization, actor=admin, source="console"):
        invite(actor=admin, organization=organization, email=address, name=name, role=role)

    assert [error.code for error in caught.value.errors] == [code]
    assert not Invitation.objects.filter(organization=organization).exists()


def test_members_and_the_already_invited_are_not_invited_again(organization: Organization, admin: Actor) -> None:
    invitation = invited(organization, admin)

    for address, code in ((admin.email.upper(), "already_member"), (invitation.email.upper(), "already_invited")):
        with pytest.raises(Conflict) as caught:
            invited(organization, admin, to=address)
        assert caught.value.code == code
    assert [row.pk for row in invitations_of(organization.pk)] == [invitation.pk]


def test_an_expired_invitation_is_replaced(organization: Organization, admin: Actor) -> None:
    first = invited(organization, admin)
    move_end(first, timedelta(seconds=-1))

    second = invited(organization, admin, to=first.email)

    states = {row.pk: state_of(row) for row in invitations_of(organization.pk)}
    assert states == {first.pk: "revoked", second.pk: "open"}


def test_an_organization_sees_its_own_invitations_only(
    organization: Organization, other_organization: Organization, admin: Actor
) -> None:
    invitation = invited(organization, admin)
    stranger = join(other_organization, person(), "owner")

    with scope(other_organization, actor=stranger, source="console"):
        if settings.TENANT_DB_ROLES:
            assert Invitation.objects.filter(organization_id=organization.pk).count() == 0
        for act in (resend, revoke):
            with pytest.raises(NotFound):
                act(actor=stranger, organization=other_organization, invitation_id=invitation.pk)

    assert state_of(invitations_of(organization.pk)[0]) == "open"


def test_sending_again_kills_the_former_link(organization: Organization, admin: Actor) -> None:
    invitation = invited(organization, admin)
    former = token_of(invitation)

    with scope(organization, actor=admin, source="console"):
        link = link_of(resend(actor=admin, organization=organization, invitation_id=invitation.pk))

    assert former not in link
    assert Browser().open(f"{BASE}/invitation/{former}/").status_code == 410
    assert Browser().open(link).status_code == 200


def test_operators_send_again_and_withdraw_too(organization: Organization, admin: Actor) -> None:
    invitation = invited(organization, admin)

    with public_scope(actor=OPERATOR, source="operator"):
        link = link_of(resend(actor=OPERATOR, organization=organization, invitation_id=invitation.pk))
        assert link
        revoke(actor=OPERATOR, organization=organization, invitation_id=invitation.pk)

    assert Browser().open(link).status_code == 410


@pytest.mark.parametrize("act", [resend, revoke])
def test_an_invitation_above_ones_own_role_is_left_alone(organization: Organization, admin: Actor, act: Any) -> None:
    owner = join(organization, person(), "owner")
    invitation = invited(organization, owner, role="owner")
    before = Invitation.objects.filter(pk=invitation.pk).values().get()

    with pytest.raises(NotAllowed) as refusal, scope(organization, actor=admin, source="console"):
        act(actor=admin, organization=organization, invitation_id=invitation.pk)

    assert refusal.value.code == "beyond_own_rights"
    assert Invitation.objects.filter(pk=invitation.pk).values().get() == before
    assert [row.role.slug for row in rows(organization, status="invited")] == ["owner"]


def test_withdrawing_twice_changes_nothing(organization: Organization, admin: Actor) -> None:
    invitation = invited(organization, admin)

    with scope(organization, actor=admin, source="console"):
        first = revoke(actor=admin, organization=organization, invitation_id=invitation.pk)
        second = revoke(actor=admin, organization=organization, invitation_id=invitation.pk)
        with pytest.raises(NotFound) as caught:
            resend(actor=admin, organization=organization, invitation_id=invitation.pk)

    assert first.revoked_at == second.revoked_at
    assert caught.value.code == "invitation_revoked"


def test_the_first_admin_is_invited_once_however_often_it_is_asked(organization: Organization) -> None:
    address = email()
    with public_scope(actor=OPERATOR, source="operator"):
        made = [
            invite_first_admin(organization=organization, email=address, name="Ada", invited_by="Olga").pk
            for _ in range(2)
        ]
        assert revoke_open(organization=organization) == 1
        assert revoke_open(organization=organization) == 0

    assert made[0] == made[1]


def test_the_mail_holds_the_link_and_no_second_header(organization: Organization, admin: Actor) -> None:
    invitation = invited(organization, admin)
    organization.name = "Acme\nBcc: everybody@example.com"

    send_invitation(organization=organization, email=invitation.email)

    sent = mail.outbox[-1]
    assert sent.to == [invitation.email]
    assert sent.subject == "Join Acme Bcc: everybody@example.com"
    assert link_of(invitation) in sent.body


def test_inviting_asks_for_a_mail_in_the_same_transaction(organization: Organization, admin: Actor) -> None:
    invitation = invited(organization, admin)

    job = Job.objects.get(kind="tenants.send_invitation", payload__invitation_id=str(invitation.pk))

    assert job.organization_id == organization.pk


def test_a_job_mails_no_invitation_of_another_organization(
    organization: Organization, other_organization: Organization, admin: Actor
) -> None:
    invitation = invited(organization, admin)
    Job.objects.using("owner").all().delete()
    with scope(other_organization, actor=SYSTEM, source="system"):
        enqueue("tenants.send_invitation", {"invitation_id": str(invitation.pk)}, actor=SYSTEM)

    [turn] = turns.pick("default")
    runner.run(str(turn.job_id), turn.fence)

    assert Job.objects.get(pk=turn.job_id).state == "done"
    assert mail.outbox == []


def test_nothing_is_mailed_for_a_dead_invitation(organization: Organization, admin: Actor) -> None:
    invitation = invited(organization, admin)
    move_end(invitation, timedelta(seconds=-1))

    send_invitation(organization=organization, email=invitation.email)

    assert mail.outbox == []
