"""Whatever is sent, the answer is an exact problem and nothing is half-written."""

import json
from typing import Any

import pytest

from kernel.ids import uuid7
from tests.api.caller import code_of, pointers
from tests.api.objects import digest, make
from tests.api.world import World

COLLECTIONS = pytest.mark.parametrize("collection", ["campaigns", "products"])


def nested(levels: int) -> str:
    return '{"name": "x", "data": ' + '{"a":' * levels + "1" + "}" * levels + "}"


BODIES: dict[str, tuple[bytes, int, str, dict[str, str]]] = {
    "cut off": (b'{"name": "x"', 400, "malformed_json", {}),
    "nothing but noise": (b"\x01\x02", 400, "malformed_json", {}),
    "not utf-8": (b'{"name": "\xff"}', 400, "malformed_json", {}),
    "utf-16": ('{"name": "x"}'.encode("utf-16"), 400, "malformed_json", {}),
    "NaN": (b'{"name": "x", "data": {"a": NaN}}', 400, "malformed_json", {}),
    "a key twice": (b'{"name": "x", "name": "y"}', 400, "malformed_json", {}),
    "infinite": (b'{"name": "x", "data": {"a": 1e999}}', 422, "invalid", {"/data/a": "out_of_range"}),
    "2^53": (b'{"name": "x", "data": {"a": 9007199254740992}}', 422, "invalid", {"/data/a": "out_of_range"}),
    "5000 digits": (
        b'{"name": "x", "data": {"a": ' + b"9" * 5000 + b"}}",
        422,
        "invalid",
        {"/data/a": "out_of_range"},
    ),
    "an id beyond 2^53": (b'{"name": "x", "id": 9007199254740993}', 422, "invalid", {"/id": "out_of_range"}),
    "a number as id": (b'{"name": "x", "id": 7}', 422, "invalid", {"/id": "wrong_type"}),
    "an id of version 4": (
        b'{"name": "x", "id": "6f1c2e0a-3b60-4a52-9a3e-1d6f6c0d2f11"}',
        422,
        "invalid",
        {"/id": "wrong_format"},
    ),
    "an id in other clothes": (
        b'{"name": "x", "id": "{0199d5f0-c6f2-7b6c-9f3a-2b1c0d4e5f60}"}',
        422,
        "invalid",
        {"/id": "wrong_format"},
    ),
    "51 levels": (nested(50).encode(), 422, "invalid", {"": "too_deep"}),
    "100,000 levels": (nested(100_000).encode(), 422, "invalid", {"": "too_deep"}),
    "NUL in a value": (b'{"name": "a\\u0000b"}', 422, "invalid", {"/name": "nul_character"}),
    "NUL in a key": (b'{"name": "x", "data": {"a\\u0000": 1}}', 422, "invalid", {"/data/a\x00": "nul_character"}),
    "half a pair": (b'{"name": "\\ud800"}', 422, "invalid", {"/name": "lone_surrogate"}),
    "half a pair deep inside": (
        b'{"name": "x", "data": {"a": ["ok", "\\udfff"]}}',
        422,
        "invalid",
        {"/data/a/1": "lone_surrogate"},
    ),
    "half a pair as key": (
        b'{"name": "x", "data": {"\\ud800": 1}}',
        422,
        "invalid",
        {"/data/\\ud800": "lone_surrogate"},
    ),
    "a list": (b"[]", 422, "invalid", {"": "wrong_type"}),
    "a text": (b'"name"', 422, "invalid", {"": "wrong_type"}),
    "null": (b"null", 422, "invalid", {"": "wrong_type"}),
    "nothing": (b"", 422, "invalid", {"": "required"}),
    "no name": (b"{}", 422, "invalid", {"/name": "required"}),
    "a number as name": (b'{"name": 5}', 422, "invalid", {"/name": "wrong_type"}),
    "null as name": (b'{"name": null}', 422, "invalid", {"/name": "wrong_type"}),
    "blanks as name": (b'{"name": "   "}', 422, "invalid", {"/name": "too_short"}),
    "an endless name": (json.dumps({"name": "x" * 256}).encode(), 422, "invalid", {"/name": "too_long"}),
    "an unknown field": (b'{"name": "x", "colour": "red"}', 422, "invalid", {"/colour": "unknown_field"}),
    "an unknown field to escape": (b'{"name": "x", "a/b~c": 1}', 422, "invalid", {"/a~1b~0c": "unknown_field"}),
    "somebody else's fields": (
        b'{"name": "x", "owner_id": "0199d5f0-c6f2-7b6c-9f3a-2b1c0d4e5f60", "row_version": 9}',
        422,
        "invalid",
        {"/owner_id": "unknown_field", "/row_version": "unknown_field"},
    ),
    "a list as data": (b'{"name": "x", "data": []}', 422, "invalid", {"/data": "wrong_type"}),
    "256 KiB of data": (
        json.dumps({"name": "x", "data": {"a": "x" * 262_144}}).encode(),
        422,
        "invalid",
        {"/data": "too_large"},
    ),
    "a small currency": (b'{"name": "x", "currency": "eur"}', 422, "invalid", {"/currency": "wrong_format"}),
}
AMOUNTS = [
    ("-1", "out_of_range"),
    ("1.5", "wrong_type"),
    ('"1"', "wrong_type"),
    ("true", "wrong_type"),
    ("9007199254740993", "out_of_range"),
]
TIMES = ['"2030-01-01"', '"2030-01-01T10:00:00"', '"soon"', '"2030-02-30T10:00:00Z"', '"0001-01-01T00:00:00+14:00"']


@COLLECTIONS
@pytest.mark.parametrize("name", BODIES)
def test_a_bad_body_is_told_exactly_and_creates_nothing(world: World, collection: str, name: str) -> None:
    raw, status, code, errors = BODIES[name]
    before = digest(world)

    answer = world.callers["owner"]("POST", f"/{collection}", raw=raw)

    assert (answer.status_code, code_of(answer), pointers(answer)) == (status, code, errors)
    assert digest(world) == before


@COLLECTIONS
@pytest.mark.parametrize("name", [name for name in BODIES if name not in ("no name",) and "id" not in name.split()])
def test_a_bad_body_changes_nothing(world: World, collection: str, name: str) -> None:
    raw, status, code, errors = BODIES[name]
    made, tag = make(world.callers["owner"], collection)
    before = digest(world)

    answer = world.callers["owner"]("PATCH", f"/{collection}/{made['id']}", raw=raw, if_match=tag)

    assert (answer.status_code, code_of(answer), pointers(answer)) == (status, code, errors)
    assert digest(world) == before


@pytest.mark.parametrize(("collection", "field"), [("campaigns", "budget_micros"), ("products", "price_micros")])
@pytest.mark.parametrize(("amount", "code"), AMOUNTS)
def test_an_amount_is_a_whole_number_of_micros(
    world: World, collection: str, field: str, amount: str, code: str
) -> None:
    raw = f'{{"name": "x", "currency": "EUR", "{field}": {amount}}}'.encode()

    answer = world.callers["owner"]("POST", f"/{collection}", raw=raw)

    assert answer.status_code == 422
    assert pointers(answer) == {f"/{field}": code}


@pytest.mark.parametrize("time", TIMES)
def test_a_time_has_a_date_and_an_offset(world: World, time: str) -> None:
    answer = world.callers["owner"]("POST", "/campaigns", raw=f'{{"name": "x", "starts_at": {time}}}'.encode())

    assert answer.status_code == 422
    assert pointers(answer) == {"/starts_at": "wrong_format"}


def test_a_number_is_no_time(world: World) -> None:
    answer = world.callers["owner"]("POST", "/campaigns", {"name": "x", "starts_at": 1_900_000_000})

    assert pointers(answer) == {"/starts_at": "wrong_type"}


@COLLECTIONS
@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_body_must_be_json_by_name_too(world: World, collection: str, content_type: str) -> None:
    before = digest(world)

    answer = world.callers["owner"]("POST", f"/{collection}", raw=b'{"name": "x"}', content_type=content_type)

    assert (answer.status_code, code_of(answer)) == (415, "wrong_content_type")
    assert digest(world) == before


@COLLECTIONS
def test_a_body_beyond_a_mebibyte_is_refused_unread(world: World, collection: str) -> None:
    before = digest(world)

    answer = world.callers["owner"]("POST", f"/{collection}", raw=b'{"name": "' + b"x" * 1_048_577 + b'"}')

    assert (answer.status_code, code_of(answer)) == (413, "too_large")
    assert digest(world) == before


QUERIES: list[tuple[str, int, str, dict[str, str]]] = [
    ("colour=red", 422, "invalid", {"?colour": "unknown_parameter"}),
    ("statu=draft", 422, "invalid", {"?statu": "unknown_parameter"}),
    ("status=running", 422, "invalid", {"?status": "unknown_value"}),
    ("status=draft&status=active", 422, "invalid", {"?status": "repeated"}),
    ("limit=0", 422, "invalid", {"?limit": "out_of_range"}),
    ("limit=201", 422, "invalid", {"?limit": "out_of_range"}),
    ("limit=many", 422, "invalid", {"?limit": "wrong_format"}),
    ("limit=9007199254740993", 422, "invalid", {"?limit": "out_of_range"}),
    ("owner_id=9007199254740993", 422, "invalid", {"?owner_id": "wrong_format"}),
    ("sort=budget", 422, "invalid", {"?sort": "unknown_value"}),
    ("sort=-trashed_at", 422, "invalid", {"?sort": "unknown_value"}),
    ("trashed=true&sort=name", 422, "invalid", {"?sort": "unknown_value"}),
    ("trashed=perhaps", 422, "invalid", {"?trashed": "unknown_value"}),
    ("cursor=nonsense", 400, "bad_cursor", {"?cursor": "bad_cursor"}),
    ("cursor=", 400, "bad_cursor", {"?cursor": "bad_cursor"}),
    ("cursor=WzEsMl0:AAAA", 400, "bad_cursor", {"?cursor": "bad_cursor"}),
    ("cursor=a%00b", 400, "malformed_query", {}),
    ("cursor=%ED%A0%80", 400, "malformed_query", {}),
    ("cursor=%FF", 400, "malformed_query", {}),
]


@COLLECTIONS
@pytest.mark.parametrize(("query", "status", "code", "errors"), QUERIES)
def test_a_bad_query_is_told_exactly(
    world: World, collection: str, query: str, status: int, code: str, errors: dict[str, str]
) -> None:
    answer = world.callers["owner"]("GET", f"/{collection}?{query}")

    assert (answer.status_code, code_of(answer), pointers(answer)) == (status, code, errors)


@COLLECTIONS
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_no_operation_takes_a_parameter_it_does_not_name(world: World, collection: str, method: str) -> None:
    made, tag = make(world.callers["owner"], collection)
    before = digest(world)

    for path in (f"/{collection}/{made['id']}", f"/{collection}/{made['id']}/trash"):
        if path.endswith("trash") and method != "DELETE":
            continue
        sent: Any = {"name": "New"} if method == "PATCH" else None
        answer = world.callers["owner"](method, f"{path}?preview=1", sent, if_match=tag)
        assert (answer.status_code, pointers(answer)) == (422, {"?preview": "unknown_parameter"})

    assert digest(world) == before


BAD_TAGS = [
    (None, 428, "precondition_required"),
    ("*", 400, "bad_if_match"),
    ("1", 400, "bad_if_match"),
    ('"1-a", "2-b"', 400, "bad_if_match"),
    ("nonsense", 400, "bad_if_match"),
    ('"9-000000000000000000000000"', 412, "version_changed"),
    ('"99999999999999999999-000000000000000000000000"', 412, "version_changed"),
    ('W/"1-000000000000000000000000"', 412, "version_changed"),
    ('"somebody else\'s"', 400, "bad_if_match"),
    ('"0123456789abcdef"', 412, "version_changed"),
]


@COLLECTIONS
@pytest.mark.parametrize(("tag", "status", "code"), BAD_TAGS)
@pytest.mark.parametrize("way", ["change", "trash", "restore"])
def test_a_write_needs_the_version_its_author_saw(
    world: World, collection: str, way: str, tag: str | None, status: int, code: str
) -> None:
    made, current = make(world.callers["owner"], collection)
    before = digest(world)
    path = f"/{collection}/{made['id']}" + ("/trash" if way == "restore" else "")
    headers: dict[str, Any] = {"if_match": tag} if tag is not None else {}

    if way == "change":
        answer = world.callers["owner"]("PATCH", path, {"name": "New"}, **headers)
    else:
        answer = world.callers["owner"]("DELETE", path, **headers)

    assert (answer.status_code, code_of(answer)) == (status, code)
    if status in (412, 428):
        assert answer["ETag"] == current
    assert digest(world) == before


@COLLECTIONS
@pytest.mark.parametrize("bad_id", ["9007199254740993", "x", "%00", "0199d5f0-c6f2-7b6c-9f3a", "..%2f..%2fetc"])
def test_an_address_with_a_bad_id_leads_nowhere(world: World, collection: str, bad_id: str) -> None:
    answer = world.callers["owner"]("GET", f"/{collection}/{bad_id}")

    assert (answer.status_code, code_of(answer)) == (404, "not_found")


def test_an_unknown_address_is_a_problem_too(world: World) -> None:
    for path in ("/", "/nothing", "/campaigns/", "/me/"):
        answer = world.callers["owner"]("GET", path)
        assert (answer.status_code, code_of(answer)) == (404, "not_found")


def test_a_wrong_method_says_which_are_right(world: World) -> None:
    answer = world.callers["owner"]("PUT", f"/campaigns/{uuid7()}", {"name": "x"})

    assert (answer.status_code, code_of(answer)) == (405, "method_not_allowed")
    assert set(answer["Allow"].replace(" ", "").split(",")) == {"GET", "HEAD", "PATCH", "DELETE"}
