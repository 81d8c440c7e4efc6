"""Reading a dump: it ..."""

import io
import json
import random
from decimal import Decimal

import pytest

from campaigns.legacy import source
from campaigns.legacy.errors import DumpError
from campaigns.legacy.scan import Limits
from campaigns.legacy.stream import Found, Refused, Unknown, read_dump
from tests.legacy.dumps import FORMS, found, plain, read, small


@pytest.mark.parametrize("form", FORMS)
def test_it_reads_the_same_rows_in_every_form(form: str) -> None:
    rows = found(read(FORMS[form](small())))

    assert len(rows) == 109
    for key, value in plain(small()).items():
        if key in ("user_preferences", "ui_state"):
            continue  # a preference stays the text or the value that it is
        if isinstance(value, list):
            assert [rows[f"/{key}/{index}"] for index in range(len(value))] == value
        else:
            assert rows[f"/{key}"] == value


@pytest.mark.parametrize("size", [1, 2, 3, 7, 61])
def test_it_does_not_matter_where_a_piece_ends(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"id": "1", "name": 'a"b\\c/é\u2028😀\t', "deep": [[{"x": ["😀😀", "\\", '"', "]}"]}], []], "n": -1.5e-3}
    dump = {"campaigns": json.dumps([row, "]", row]), "darkMode": "da\u00e9rk", "token": "[{"}
    monkeypatch.setattr(source, "PIECE_BYTES", size)

    for form in ("double", "plain", "text of a dump", "raw characters"):
        content = json.dumps(dump).encode() if form == "double" else FORMS[form](dump | {"token": "secret"})
        assert found(read(content)) == {
            "/campaigns/0": row,
            "/campaigns/1": "]",
            "/campaigns/2": row,
            "/darkMode": "daérk",
        }


def test_it_keeps_every_digit() -> None:
    text = '{"campaigns":[{"id":9007199254740993,"a":0.1,"b":1.0,"c":12345678901234567890.5,"d":-0.0,"e":1e3}]}'

    row = found(read(text.encode()))["/campaigns/0"]

    assert row == {
        "id": 9007199254740993,
        "a": 0.1,
        "b": 1,
        "c": Decimal("12345678901234567890.5"),
        "d": 0,
        "e": 1000,
    }


def test_it_names_unknown_keys_and_never_reads_their_values() -> None:
    entries = read(b'{"auth.token": "[{\\"secret", "other": {"a": [NaN, {}]}, "darkMode": "dark"}')

    assert [type(entry) for entry in entries] == [Unknown, Unknown, Found]
    assert [entry.key.name for entry in entries] == ["auth.token", "other", "darkMode"]


@pytest.mark.parametrize(
    ("row", "code", "path"),
    [
        ('{"id": "1", "name": "a\\u0000b"}', "nul_character", "/campaigns/1/name"),
        ('{"id": "1", "x": [{"a/b": "\\ud800"}]}', "lone_surrogate", "/campaigns/1/x/0/a~1b"),
        ('{"id": "1", "\\udc00": 1}', "lone_surrogate", "/campaigns/1"),
        ('{"id": NaN}', "bad_number", "/campaigns/1"),
        ('{"id": -Infinity}', "bad_number", "/campaigns/1"),
        ('{"id": 1e999}', "bad_number", "/campaigns/1"),
        ('{"id": 1e-9999}', "bad_number", "/campaigns/1"),
        ('{"id": ' + "9" * 5000 + "}", "bad_number", "/campaigns/1"),
        ('{"id": "1", "id": "2"}', "duplicate_key", "/campaigns/1"),
        ('{"id": "1",}', "broken_row", "/campaigns/1"),
        ("{id: 1}", "broken_row", "/campaigns/1"),
        ("undefined", "broken_row", "/campaigns/1"),
        ('"a\tb"', "broken_row", "/campaigns/1"),
        ('{"a":' * 50 + "1" + "}" * 50, "too_deep", "/campaigns/1"),
        ("[" * 5000 + "]" * 5000, "too_deep", "/campaigns/1"),
    ],
)
@pytest.mark.parametrize("double", [False, True])
def test_it_rejects_one_row_and_reads_the_others(row: str, code: str, path: str, double: bool) -> None:
    rows = f'[{{"id": "before"}}, {row}, {{"id": "after"}}]'
    if double:
        rows = json.dumps(rows)

    before, refused, after = read(f'{{"campaigns": {rows}}}'.encode())

    assert isinstance(refused, Refused)
    assert (refused.code, refused.path) == (code, path)
    assert (before, after) == (
        Found(before.key, "/campaigns/0", {"id": "before"}, may_hold_pictures=False),
        Found(after.key, "/campaigns/2", {"id": "after"}, may_hold_pictures=False),
    )


def test_it_rejects_a_row_over_the_limit_without_keeping_it() -> None:
    dump = {"campaigns": json.dumps([{"id": "1"}, {"id": "2", "x": "y" * 500_000}, {"id": "3"}])}

    first, large, last = read(dump, Limits(row_characters=1000))

    assert isinstance(large, Refused)
    assert (large.code, large.path) == ("row_too_large", "/campaigns/1")
    assert found([first, last]) == {"/campaigns/0": {"id": "1"}, "/campaigns/2": {"id": "3"}}


@pytest.mark.parametrize(
    ("content", "code", "offset"),
    [
        (b"", "empty", 0),
        (b"  \n", "empty", 0),
        (b"[1]", "not_an_object", 0),
        (b"null", "not_an_object", 0),
        (b'"dark"', "broken_json", 1),
        (b"<html>", "broken_json", 0),
        (b"\x1f\x8b\x08\x00", "compressed", 0),
        (b"PK\x03\x04", "compressed", 0),
        (b'{"campaigns": [{"id": "1"}]', "broken_json", 27),
        (b'{"campaigns": [{"id": "1"}, ', "broken_json", 28),
        (b'{"campaigns": [{"id": "1"} {"id": "2"}]}', "broken_json", 27),
        (b'{"campaigns": [{"id": ["1"}]}', "broken_json", 26),
        (b'{"campaigns": [1,]}', "broken_json", 17),
        (b'{"campaigns": "[{', "broken_json", 17),
        (b'{"campaigns": "[\\x]"}', "broken_json", 16),
        (b'{"campaigns": "[\\ud8zz11111111"}', "broken_json", 16),
        (b'{"campaigns" []}', "broken_json", 13),
        (b"{'campaigns': []}", "broken_json", 1),
        (b'{"campaigns": }', "broken_json", 14),
        (b'{"campaigns": []} x', "broken_json", 18),
        (b'{"campaigns": [], "campaigns": []}', "duplicate_key", 30),
        (b'{"caf\xe9": 1}', "bad_encoding", 5),
        (b'{"a": "\xed\xa0\x80"}', "bad_encoding", 7),
        (b"{" + b'"campaigns":' + b"[" * 20_000, "broken_json", 10014),
    ],
)
def test_it_refuses_the_file_and_names_the_byte(content: bytes, code: str, offset: int) -> None:
    with pytest.raises(DumpError) as caught:
        read(content)

    assert (caught.value.code, caught.value.extra["offset"], caught.value.status) == (code, offset, 422)


@pytest.mark.parametrize(
    "text", ['[{"id": "1"}, {"id"', '[{"id": "1"}] x', '[{"id": "1"}, {"a": [}]', '[{"id": "1"},]']
)
def test_it_gives_up_one_key_whose_text_breaks_off_and_says_where(text: str) -> None:
    content = json.dumps({"campaigns": text, "products": '[{"id": "p"}]'}).encode()

    entries = read(content)

    broken = [entry for entry in entries if isinstance(entry, Refused)]
    assert [(entry.path, entry.code) for entry in broken] == [("/campaigns", "broken_json")]
    assert content[: broken[0].offset].decode().count('\\"') >= 4
    assert found(entries)["/products/0"] == {"id": "p"}


@pytest.mark.parametrize("value", ["undefined", "null", "", '{"id": "1"}', "hello world", 42, None, {"id": "1"}, True])
def test_it_rejects_a_list_key_that_holds_no_list(value: object) -> None:
    entries = read({"products": value, "darkMode": "dark"})

    assert [(entry.path, entry.code) for entry in entries if isinstance(entry, Refused)] == [
        ("/products", "not_a_list")
    ]
    assert found(entries) == {"/darkMode": "dark"}


def test_it_survives_any_damage_without_crashing() -> None:
    content = FORMS["double"]({"products": '[{"id":"1","name":"n\\"é"}]', "campaigns": "[]", "darkMode": "dark"})
    chance = random.Random(2025)
    refusals: list[tuple[int, int]] = []

    for _attempt in range(3000):
        damaged = bytearray(content)
        for _hit in range(chance.randint(1, 3)):
            where = chance.randrange(len(damaged))
            match chance.randrange(3):
                case 0:
                    damaged[where] = chance.randrange(256)
                case 1:
                    del damaged[where : where + chance.randint(1, 9)]
                case _:
                    damaged[where:where] = chance.choice([b'"', b"\\", b"{", b"]", b"\\ud800", b"\0", b"\xff"])
        try:
            list(read_dump(io.BytesIO(bytes(damaged))))
        except DumpError as error:
            refusals.append((error.offset, len(damaged)))

    assert len(refusals) > 1000
    assert all(0 <= offset <= length for offset, length in refusals)
