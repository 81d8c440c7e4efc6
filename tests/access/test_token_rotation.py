"""A token's secret is replaced while the programs that use it move over, and never gives more than its owner has."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils import timezone

from kernel.errors import Conflict, Invalid, NotAllowed, NotFound, PreconditionFailed
from kernel.recorder.declare import recorded_models
from kernel.tenancy.context import Actor, Scope
from tenants.access.catalogue import PERMISSIONS, ROLES
from tenants.access.models import Membership, ServiceToken
from tenants.access.token_text import parse
from tenants.access.tokens import (
    create_token,
    may_rotate,
    rename_token,
    revoke_token,
    rotate_token,
    verify,
)
from tests.access.conftest import person, token_of

WEEK = timedelta(days=7)


def made(actor: Actor, *scopes: str, days: int = 30) -> tuple[ServiceToken, str]:
    """A new token and its secret."""
    ends = timezone.now() + timedelta(days=days)
    token, text = create_token(actor=actor, name="CI", scopes=scopes or {"campaign:view"}, expires_at=ends)
    return token, secret_in(text)


def secret_in(text: str) -> str:
    parsed = parse(text)
    assert parsed is not None
    return parsed.secret


def as_token(actor: Actor, token: ServiceToken) -> Actor:
    return Actor("token", actor.user_id, actor.name, actor.email, token_id=token.pk)


def test_both_secrets_work_until_the_former_one_dies_on_the_clock(marketer: Actor) -> None:
    token, former = made(marketer)

    rotated, text = rotate_token(actor=marketer, token_id=token.pk)

    stored = ServiceToken.objects.get(pk=token.pk)
    ends = stored.former_until
    assert ends is not None
    assert stored.rotated_at is not None
    assert (rotated.pk, stored.expires_at, ends - stored.rotated_at) == (
        token.pk,
        token.expires_at,
        timedelta(hours=24),
    )
    assert verify(stored, secret_in(text))
    assert [verify(stored, former, at=ends + timedelta(microseconds=past)) for past in (-1, 0)] == [True, False]
    assert verify(stored, secret_in(text), at=ends + timedelta(days=1))


def test_without_overlap_the_former_secret_ends_at_once(marketer: Actor) -> None:
    token, former = made(marketer)

    rotated, text = rotate_token(actor=marketer, token_id=token.pk, overlap=timedelta(0))

    assert (rotated.former_hash, rotated.former_until) == (None, None)
    assert (verify(rotated, former), verify(rotated, secret_in(text))) == (False, True)


def test_rotating_again_ends_the_older_former_secret(marketer: Actor) -> None:
    token, first = made(marketer)
    _row, second = rotate_token(actor=marketer, token_id=token.pk, overlap=WEEK)

    row, third = rotate_token(actor=marketer, token_id=token.pk, overlap=WEEK)

    assert [verify(row, secret) for secret in (first, secret_in(second), secret_in(third))] == [False, True, True]


def test_a_former_secret_never_outlives_the_end_the_token_had(marketer: Actor) -> None:
    token, former = made(marketer, days=1)
    later = timezone.now() + timedelta(days=300)

    row, text = rotate_token(actor=marketer, token_id=token.pk, overlap=WEEK, expires_at=later)

    assert (row.former_until, row.expires_at) == (token.expires_at, later)
    assert not verify(row, former, at=token.expires_at)
    assert verify(row, secret_in(text), at=token.expires_at)


@pytest.mark.parametrize(
    ("overlap", "days", "pointer"),
    [(timedelta(days=7, seconds=1), None, "/overlap_hours"), (timedelta(seconds=-1), None, "/overlap_hours"),
     (WEEK, 367, "/expires_at"), (WEEK, 0, "/expires_at")],
)  # fmt: skip
def test_a_wrong_wish_rotates_nothing(marketer: Actor, overlap: timedelta, days: int | None, pointer: str) -> None:
    token, former = made(marketer)
    ends = None if days is None else timezone.now() + timedelta(days=days)

    with pytest.raises(Invalid) as refusal:
        rotate_token(actor=marketer, token_id=token.pk, overlap=overlap, expires_at=ends)

    assert [error.pointer for error in refusal.value.errors] == [pointer]
    assert verify(ServiceToken.objects.get(pk=token.pk), former)


@pytest.mark.parametrize("role", [role for role in ROLES if "token:create" in ROLES[role].permissions])
def test_each_role_mints_exactly_what_it_has(tenant: Scope, role: str) -> None:
    actor, minted = person(role), set()

    for scope in PERMISSIONS:
        with suppress(Invalid):
            minted.add(create_token(actor=actor, name="CI", scopes={scope})[0].scopes[0])

    assert minted == set(ROLES[role].permissions)
    assert ServiceToken.objects.count() == len(minted)


@pytest.mark.parametrize("over", ["revoked", "expired"])
def test_a_token_that_is_over_gets_no_new_secret(marketer: Actor, over: str) -> None:
    token, _former = made(marketer)
    now = timezone.now()
    ServiceToken.objects.update(**({"revoked_at": now} if over == "revoked" else {"expires_at": now}))

    with pytest.raises(Conflict):
        rotate_token(actor=marketer, token_id=token.pk)

    assert ServiceToken.objects.get(pk=token.pk).rotated_at is None


def test_nobody_else_gets_at_the_secret(marketer: Actor, admin: Actor, analyst: Actor) -> None:
    token, former = made(marketer)

    with pytest.raises(NotAllowed, match="Only Marketer may have this token's secret"):
        rotate_token(actor=admin, token_id=token.pk)
    with pytest.raises(NotFound):
        rotate_token(actor=analyst, token_id=token.pk)

    assert (may_rotate(actor=admin, token=token), may_rotate(actor=marketer, token=token)) == (False, True)
    assert verify(ServiceToken.objects.get(pk=token.pk), former)


def test_a_token_rotates_itself_but_no_wider_one(marketer: Actor) -> None:
    narrow, _secret = made(marketer, "token:create", "campaign:view")
    wide, former = made(marketer, "token:create", "campaign:view", "campaign:delete")
    program = as_token(marketer, narrow)

    assert rotate_token(actor=program, token_id=narrow.pk)[0].pk == narrow.pk
    with pytest.raises(NotAllowed) as refusal:
        rotate_token(actor=program, token_id=wide.pk)

    assert refusal.value.code == "beyond_own_rights"
    assert verify(ServiceToken.objects.get(pk=wide.pk), former)


def test_a_token_has_no_secret_that_outlives_it(marketer: Actor) -> None:
    short, _secret = made(marketer, "token:create", "campaign:view", days=1)
    long, former = made(marketer, "campaign:view", days=300)
    equal, _other = create_token(actor=marketer, name="CI", scopes={"campaign:view"}, expires_at=short.expires_at)
    program = as_token(marketer, short)

    assert [may_rotate(actor=program, token=token) for token in (short, equal, long)] == [True, True, False]
    for ends in (None, timezone.now() + timedelta(hours=1)):
        with pytest.raises(NotAllowed) as refusal:
            rotate_token(actor=program, token_id=long.pk, expires_at=ends)

    assert refusal.value.code == "beyond_own_rights"
    assert verify(ServiceToken.objects.get(pk=long.pk), former)
    assert rotate_token(actor=program, token_id=equal.pk)[0].expires_at == short.expires_at


def test_what_a_token_makes_does_not_outlive_it(marketer: Actor) -> None:
    parent, _secret = made(marketer, "token:create", "campaign:view", days=5)
    program = as_token(marketer, parent)

    child, _text = create_token(actor=program, name="Child", scopes={"campaign:view"})
    with pytest.raises(Invalid) as refusal:
        create_token(
            actor=program, name="Child", scopes={"campaign:view"}, expires_at=parent.expires_at + timedelta(seconds=1)
        )
    with pytest.raises(Invalid):
        rotate_token(actor=program, token_id=parent.pk, expires_at=parent.expires_at + timedelta(seconds=1))

    assert child.expires_at == parent.expires_at
    assert [(found.pointer, found.code) for found in refusal.value.errors] == [("/expires_at", "beyond_own_rights")]


def test_a_change_on_an_older_version_is_refused(marketer: Actor) -> None:
    token, former = made(marketer)
    renamed = rename_token(actor=marketer, token_id=token.pk, name=" Nightly ", version=1)

    for change in (
        lambda: rename_token(actor=marketer, token_id=token.pk, name="Lost", version=1),
        lambda: rotate_token(actor=marketer, token_id=token.pk, version=1),
        lambda: revoke_token(actor=marketer, token_id=token.pk, version=1),
    ):
        with pytest.raises(PreconditionFailed):
            change()

    stored = ServiceToken.objects.get(pk=token.pk)
    assert (renamed.name, stored.name, stored.row_version, stored.revoked_at) == ("Nightly", "Nightly", 2, None)
    assert verify(stored, former)


def test_a_wrong_name_changes_nothing(marketer: Actor) -> None:
    token, _secret = made(marketer)

    for name in ("", "  ", "x" * 81, "a\x00"):
        with pytest.raises(Invalid):
            rename_token(actor=marketer, token_id=token.pk, name=name)

    stored = ServiceToken.objects.get(pk=token.pk)
    assert (stored.name, stored.row_version) == ("CI", 1)


def test_revoking_ends_the_former_secret_too(marketer: Actor) -> None:
    token, former = made(marketer)
    _row, text = rotate_token(actor=marketer, token_id=token.pk)

    ended = revoke_token(actor=marketer, token_id=token.pk)

    assert (verify(ended, former), verify(ended, secret_in(text))) == (False, False)


def test_the_log_keeps_no_secret(marketer: Actor) -> None:
    declared = recorded_models()[ServiceToken]

    assert set(declared.mask) == {"secret_hash", "former_hash"}


def test_a_token_of_nobody_here_is_none(marketer: Actor) -> None:
    weak = token_of(marketer, "token:create", "campaign:view")
    Membership.objects.filter(user_id=marketer.user_id or "").update(status="suspended")

    with pytest.raises(NotAllowed):
        create_token(actor=weak, name="Child", scopes={"campaign:view"})
