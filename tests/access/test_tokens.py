"""API tokens: what their text says, and who may make and end them."""

import zlib
from base64 import b32encode
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import Invalid, NotAllowed, NotFound
from kernel.tenancy.context import Actor, Scope
from tenants.access.models import Membership, ServiceToken
from tenants.access.token_text import matches, parse
from tenants.access.tokens import create_token, revoke_token, token_page, verify
from tests.access.conftest import token_of


def test_the_text_leads_to_its_organization_and_row(tenant: Scope, marketer: Actor) -> None:
    token, text = create_token(actor=marketer, name="CI", scopes={"campaign:view"})

    parsed = parse(text)

    assert tenant.organization is not None
    assert parsed is not None
    assert (parsed.organization_id, parsed.token_id) == (tenant.organization.id, token.pk)
    assert verify(token, parsed.secret)
    assert not verify(token, parsed.secret[:-1] + "!")
    assert len(text) == len("cb_live_") + 52 + 1 + 30 + 1 + 6


def test_the_secret_is_not_stored(marketer: Actor) -> None:
    token, text = create_token(actor=marketer, name="CI", scopes={"campaign:view"})
    parsed = parse(text)
    assert parsed is not None

    stored = ServiceToken.objects.get(pk=token.pk)

    assert len(bytes(stored.secret_hash)) == 32
    assert parsed.secret.encode() not in bytes(stored.secret_hash)
    assert matches(parsed.secret, bytes(stored.secret_hash).hex())


@given(st.text(max_size=140))
def test_garbage_is_no_token(text: str) -> None:
    assert parse(text) is None


def test_any_changed_character_is_noticed(marketer: Actor) -> None:
    _token, text = create_token(actor=marketer, name="CI", scopes={"campaign:view"})

    for place, character in enumerate(text):
        other = "b" if character != "b" else "c"
        assert parse(text[:place] + other + text[place + 1 :]) is None


def test_an_id_has_one_spelling_only() -> None:
    ids = UUID(int=1).bytes + UUID(int=2).bytes
    name = b32encode(ids).decode().rstrip("=").lower()
    body = f"cb_live_{name[:-1]}{'b' if name[-1] == 'a' else 'a'}_{'0' * 30}"
    number, check = zlib.crc32(body.encode()), ""
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    for _place in range(6):
        number, digit = divmod(number, 62)
        check = alphabet[digit] + check

    assert name[-1] == "a"
    assert parse(f"{body}_{check}") is None


def test_it_lives_ninety_days_unless_told(marketer: Actor) -> None:
    token, _text = create_token(actor=marketer, name="CI", scopes={"campaign:view"})

    assert abs(token.expires_at - token.created_at - timedelta(days=90)) < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("name", "scopes", "days", "pointer", "code"),
    [
        ("", {"campaign:view"}, 1, "/name", "wrong_length"),
        ("x" * 81, {"campaign:view"}, 1, "/name", "wrong_length"),
        ("CI", set(), 1, "/scopes", "required"),
        ("CI", {"campaign:view", "import:run"}, 1, "/scopes", "beyond_own_rights"),
        ("CI", {"campaign:everything"}, 1, "/scopes", "beyond_own_rights"),
        ("CI", {"campaign:view"}, -1, "/expires_at", "out_of_range"),
        ("CI", {"campaign:view"}, 367, "/expires_at", "out_of_range"),
    ],
)
def test_a_wrong_wish_makes_no_token(
    marketer: Actor, name: str, scopes: set[str], days: int, pointer: str, code: str
) -> None:
    ends = timezone.now() + timedelta(days=days)

    with pytest.raises(Invalid) as refusal:
        create_token(actor=marketer, name=name, scopes=scopes, expires_at=ends)

    assert [(error.pointer, error.code) for error in refusal.value.errors] == [(pointer, code)]
    assert not ServiceToken.objects.exists()


def test_a_token_can_not_make_a_stronger_one(marketer: Actor) -> None:
    weak = token_of(marketer, "token:create", "campaign:view")

    token, _text = create_token(actor=weak, name="Child", scopes={"campaign:view"})
    assert token.scopes == ["campaign:view"]
    with pytest.raises(Invalid):
        create_token(actor=weak, name="Child", scopes={"campaign:edit"})


def test_a_viewer_makes_none(viewer: Actor) -> None:
    with pytest.raises(NotAllowed) as refusal:
        create_token(actor=viewer, name="CI", scopes={"campaign:view"})

    assert refusal.value.extra["permission"] == "token:create"


def test_people_end_their_own_tokens_and_admins_everybodys(marketer: Actor, analyst: Actor, admin: Actor) -> None:
    own, text = create_token(actor=marketer, name="CI", scopes={"campaign:view"})
    parsed = parse(text)
    assert parsed is not None

    with pytest.raises(NotFound):
        revoke_token(actor=analyst, token_id=own.pk)
    assert [token.pk for token in token_page(actor=analyst).items] == []
    assert [token.pk for token in token_page(actor=admin).items] == [own.pk]

    ended = revoke_token(actor=admin, token_id=own.pk)
    assert not verify(ended, parsed.secret)
    assert revoke_token(actor=marketer, token_id=own.pk).revoked_at == ended.revoked_at


def test_somebody_suspended_makes_none(marketer: Actor) -> None:
    Membership.objects.filter(user_id=marketer.user_id or "").update(status="suspended")

    with pytest.raises(NotAllowed):
        create_token(actor=marketer, name="CI", scopes={"campaign:view"})
