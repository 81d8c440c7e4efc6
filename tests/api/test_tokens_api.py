"""Tokens over the API: made with a secret that is shown once, rotated, renamed, revoked."""

import io
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections

from kernel.ids import uuid7
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tenants.access.models import ServiceToken
from tenants.access.token_text import parse
from tests.api.caller import Caller, code_of, pointers
from tests.api.objects import body
from tests.api.test_races import in_parallel
from tests.api.world import World, make_world, token_for
from tests.tenants import remove_organization


@pytest.fixture
def own(world: World) -> Iterator[World]:
    """An organization that no other test looks at."""
    made = make_world(roles=("owner", "admin", "analyst"))
    yield made
    remove_organization(made.row)


def make(caller: Caller, **values: Any) -> tuple[dict[str, Any], str]:
    """A new token as the API gives it, and its ETag."""
    answer = caller("POST", "/tokens", {"name": "CI", "scopes": ["campaign:view"]} | values)
    assert answer.status_code == 201, answer.content
    return body(answer), answer["ETag"]


def rows(world: World) -> list[Any]:
    """Every token as stored, without when it was last used."""
    with scope(world.organization, actor=SYSTEM, source="system"):
        found = ServiceToken.objects.order_by("pk").values()
        return [{name: value for name, value in row.items() if name != "last_used_at"} for row in found]


def test_a_new_token_works_and_shows_its_secret_once(own: World) -> None:
    answer = own.callers["owner"]("POST", "/tokens", {"name": " Reporting ", "scopes": ["campaign:view"]})
    made = body(answer)

    assert (answer.status_code, answer["Cache-Control"]) == (201, "no-store")
    assert answer["Location"] == f"/api/v1/tokens/{made['id']}"
    assert (made["name"], made["scopes"], made["state"], made["version"]) == (
        "Reporting",
        ["campaign:view"],
        "active",
        1,
    )
    assert made["owner_id"] == str(own.actors["owner"].user_id)
    assert body(Caller(made["token"])("GET", "/me"))["permissions"] == {"campaign:view": "all"}
    secret = made["token"].rpartition("_")[0].rpartition("_")[2].encode()
    for path in ("/tokens", f"/tokens/{made['id']}"):
        shown = own.callers["owner"]("GET", path)
        assert shown.status_code == 200
        assert secret not in shown.content
    assert "token" not in body(own.callers["owner"]("GET", f"/tokens/{made['id']}"))


def test_a_rotation_keeps_both_secrets_for_a_while(own: World) -> None:
    owner = own.callers["owner"]
    made, tag = make(owner)

    answer = owner("POST", f"/tokens/{made['id']}/rotation", {"overlap_hours": 48}, if_match=tag)
    rotated = body(answer)

    assert (answer.status_code, answer["Cache-Control"], rotated["version"]) == (200, "no-store", 2)
    assert rotated["id"] == made["id"]
    assert rotated["token"] != made["token"]
    kept = datetime.fromisoformat(rotated["former_until"]) - datetime.fromisoformat(rotated["rotated_at"])
    assert kept == timedelta(hours=48)
    assert [Caller(text)("GET", "/me").status_code for text in (made["token"], rotated["token"])] == [200, 200]

    again = owner("POST", f"/tokens/{made['id']}/rotation", {"overlap_hours": 0}, if_match=answer["ETag"])
    texts = (made["token"], rotated["token"], body(again)["token"])
    assert [Caller(text)("GET", "/me").status_code for text in texts] == [401, 401, 200]


def test_a_former_secret_dies_on_the_clock(own: World) -> None:
    made, tag = make(own.callers["owner"])
    own.callers["owner"]("POST", f"/tokens/{made['id']}/rotation", {}, if_match=tag)
    assert Caller(made["token"])("GET", "/me").status_code == 200

    table = f'"{own.organization.schema_name}".access_servicetoken'
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET former_until = now() WHERE former_until IS NOT NULL")

    refused = Caller(made["token"])("GET", "/me")
    assert refused.status_code == 401


def test_a_token_is_renamed_and_revoked(own: World) -> None:
    owner = own.callers["owner"]
    made, tag = make(owner)

    renamed = owner("PATCH", f"/tokens/{made['id']}", {"name": "Nightly"}, if_match=tag)
    revoked = owner("DELETE", f"/tokens/{made['id']}", if_match=renamed["ETag"])

    assert (body(renamed)["name"], body(renamed)["version"]) == ("Nightly", 2)
    assert (body(revoked)["state"], body(revoked)["version"]) == ("revoked", 3)
    assert code_of(Caller(made["token"])("GET", "/me")) == "invalid_token"
    again = owner("DELETE", f"/tokens/{made['id']}", if_match=revoked["ETag"])
    assert (again.status_code, body(again)["revoked_at"]) == (200, body(revoked)["revoked_at"])
    over = owner("POST", f"/tokens/{made['id']}/rotation", {}, if_match=revoked["ETag"])
    assert (over.status_code, code_of(over)) == (409, "conflict")


def test_pages_hold_every_token_once_newest_first(own: World) -> None:
    owner = own.callers["owner"]
    names = [make(owner, name=f"n{number}")[0]["name"] for number in range(5)]

    found, cursor = [], ""
    while True:
        page = body(owner("GET", f"/tokens?limit=2{cursor}"))
        found += [row["name"] for row in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"

    assert [name for name in found if name in names] == names[::-1]
    assert len(found) == len(names) + 3  # and the three callers' own


def test_people_manage_their_own_tokens_and_admins_revoke_everybodys(own: World) -> None:
    made, tag = make(own.callers["owner"])
    before = rows(own)
    analyst, admin = own.callers["analyst"], own.callers["admin"]

    answers = [
        analyst("GET", f"/tokens/{made['id']}"),
        analyst("PATCH", f"/tokens/{made['id']}", {"name": "Mine"}, if_match=tag),
        analyst("DELETE", f"/tokens/{made['id']}", if_match=tag),
        analyst("POST", f"/tokens/{made['id']}/rotation", {}, if_match=tag),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert made["id"] not in {row["id"] for row in body(analyst("GET", "/tokens"))["items"]}
    stolen = admin("POST", f"/tokens/{made['id']}/rotation", {}, if_match=tag)
    assert (stolen.status_code, body(stolen)["permission"]) == (403, "token:create")
    assert rows(own) == before

    assert admin("DELETE", f"/tokens/{made['id']}", if_match=tag).status_code == 200


def test_nobody_mints_above_their_own_set(own: World) -> None:
    before = rows(own)
    analyst = own.callers["analyst"]
    narrow = token_for(own, "owner", {"token:create", "campaign:view"})
    with_narrow = rows(own)
    assert len(with_narrow) == len(before) + 1

    refused = [
        analyst("POST", "/tokens", {"name": "x", "scopes": ["campaign:view", "campaign:edit"]}),
        narrow("POST", "/tokens", {"name": "x", "scopes": ["campaign:delete"]}),
        narrow("POST", "/tokens", {"name": "x", "scopes": ["campaign:fly"]}),
    ]

    assert [(answer.status_code, pointers(answer)) for answer in refused] == [
        (422, {"/scopes": "beyond_own_rights"})
    ] * 3
    assert rows(own) == with_narrow


def test_a_caller_without_the_scope_does_not_get_in(own: World) -> None:
    made, tag = make(own.callers["owner"])
    reader = token_for(own, "owner", {"campaign:view"})
    before = rows(own)
    address = f"/tokens/{made['id']}"

    answers = [
        reader("GET", "/tokens"),
        reader("POST", "/tokens", {"name": "x", "scopes": ["campaign:view"]}),
        reader("GET", address),
        reader("PATCH", address, {"name": "x"}, if_match=tag),
        reader("DELETE", address, if_match=tag),
        reader("POST", f"{address}/rotation", {}, if_match=tag),
    ]

    assert [(answer.status_code, code_of(answer)) for answer in answers] == [(403, "scope_missing")] * 6
    assert rows(own) == before


FAR = (datetime.now(UTC) + timedelta(days=367)).isoformat()
BODIES = [
    ({}, {"/name": "required", "/scopes": "required"}),
    ({"name": "", "scopes": ["campaign:view"]}, {"/name": "too_short"}),
    ({"name": "x" * 81, "scopes": ["campaign:view"]}, {"/name": "too_long"}),
    ({"name": "a\x00", "scopes": ["campaign:view"]}, {"/name": "nul_character"}),
    ({"name": "x", "scopes": []}, {"/scopes": "too_short"}),
    ({"name": "x", "scopes": "campaign:view"}, {"/scopes": "wrong_type"}),
    ({"name": "x", "scopes": [1]}, {"/scopes/0": "wrong_type"}),
    ({"name": "x", "scopes": ["campaign:view"], "expires_at": "2001-01-01T00:00:00Z"}, {"/expires_at": "out_of_range"}),
    ({"name": "x", "scopes": ["campaign:view"], "expires_at": FAR}, {"/expires_at": "out_of_range"}),
    ({"name": "x", "scopes": ["campaign:view"], "secret": "mine"}, {"/secret": "unknown_field"}),
]


@pytest.mark.parametrize(("sent", "wrong"), BODIES)
def test_a_bad_body_makes_no_token(own: World, sent: dict[str, Any], wrong: dict[str, str]) -> None:
    before = rows(own)

    answer = own.callers["owner"]("POST", "/tokens", sent)

    assert (answer.status_code, pointers(answer)) == (422, wrong)
    assert rows(own) == before


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({"overlap_hours": 169}, {"/overlap_hours": "out_of_range"}),
        ({"overlap_hours": -1}, {"/overlap_hours": "out_of_range"}),
        ({"overlap_hours": 1.5}, {"/overlap_hours": "wrong_type"}),
        ({"overlap_hours": "24"}, {"/overlap_hours": "wrong_type"}),
        ({"overlap_hours": True}, {"/overlap_hours": "wrong_type"}),
        ({"expires_at": FAR}, {"/expires_at": "out_of_range"}),
        ({"overlap": 24}, {"/overlap": "unknown_field"}),
    ],
)
def test_a_bad_body_rotates_nothing(own: World, sent: dict[str, Any], wrong: dict[str, str]) -> None:
    made, tag = make(own.callers["owner"])
    before = rows(own)

    answer = own.callers["owner"]("POST", f"/tokens/{made['id']}/rotation", sent, if_match=tag)

    assert (answer.status_code, pointers(answer)) == (422, wrong)
    assert rows(own) == before


@pytest.mark.parametrize(
    ("method", "path", "sent"), [("PATCH", "", {"name": "x"}), ("DELETE", "", None), ("POST", "/rotation", {})]
)
def test_a_write_needs_the_version_its_author_saw(own: World, method: str, path: str, sent: Any) -> None:
    made, tag = make(own.callers["owner"])
    before = rows(own)
    address = f"/tokens/{made['id']}{path}"

    missing = own.callers["owner"](method, address, sent)
    outdated = own.callers["owner"](method, address, sent, if_match='"9-000000000000000000000000"')

    assert [(answer.status_code, answer["ETag"]) for answer in (missing, outdated)] == [(428, tag), (412, tag)]
    assert rows(own) == before


def test_of_two_rotations_from_one_version_one_wins(own: World) -> None:
    owner = own.callers["owner"]
    made, tag = make(owner)
    address = f"/tokens/{made['id']}/rotation"

    statuses = in_parallel(6, lambda _number: owner("POST", address, {"overlap_hours": 0}, if_match=tag))

    assert statuses == [200, 412, 412, 412, 412, 412]
    assert body(owner("GET", f"/tokens/{made['id']}"))["version"] == 2


def test_another_organization_has_no_tokens_to_offer(own: World, other_world: World) -> None:
    made, tag = make(own.callers["owner"])
    stranger = other_world.callers["owner"]
    before = rows(own)

    for method, path, sent in (("GET", "", None), ("PATCH", "", {"name": "x"}), ("DELETE", "", None),
                               ("POST", "/rotation", {})):  # fmt: skip
        for key in (made["id"], uuid7()):
            answer = stranger(method, f"/tokens/{key}{path}", sent, if_match=tag)
            assert (answer.status_code, code_of(answer)) == (404, "not_found")
    assert rows(own) == before


def test_no_secret_reaches_a_log_line_or_the_change_log(own: World) -> None:
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        made, tag = make(own.callers["owner"])
        rotated = body(own.callers["owner"]("POST", f"/tokens/{made['id']}/rotation", {}, if_match=tag))
        for text in (made["token"], rotated["token"], f"{rotated['token'][:-1]}x"):
            Caller(text)("GET", "/me")
        Caller(rotated["token"])("POST", "/campaigns", {"name": "Not allowed"})
        own.callers["owner"]("DELETE", f"/tokens/{made['id']}", if_match='"2-000000000000000000000000"')
        Caller(rotated["token"])("GET", "/me")
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    log = heard.getvalue()
    with connections["owner"].cursor() as cursor:
        cursor.execute(f'SELECT e::text FROM "{own.organization.schema_name}".audit_entry e')
        log += "".join(text for (text,) in cursor.fetchall())

    assert "secret_hash" in log
    assert "former_hash" in log
    assert "/api/v1/me" in log
    for text in (made["token"], rotated["token"]):
        parsed = parse(text)
        assert parsed is not None
        assert log.count(parsed.secret) == 0
        assert log.count(text) == 0
    with scope(own.organization, actor=SYSTEM, source="system"):
        row = ServiceToken.objects.get(pk=made["id"])
    for stored in (row.secret_hash, row.former_hash):
        assert bytes(stored or b"").hex() not in log
