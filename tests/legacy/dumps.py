"""Dumps for tests: the same content in every form that a browser, a person or an editor gives it."""

import io
import json
from pathlib import Path
from typing import Any

from campaigns.legacy.scan import Limits
from campaigns.legacy.stream import Entry, Found, read_dump

DATA = Path(__file__).parent / "data"
SMALL = DATA / "legacy-small.json"


def small() -> dict[str, str]:
    """The committed sample, one text per key."""
    loaded: dict[str, str] = json.loads(SMALL.read_bytes())
    return loaded


def expected() -> dict[str, Any]:
    """What the sample's own generator expects of an import."""
    loaded: dict[str, Any] = json.loads((DATA / "legacy-small.expected.json").read_bytes())
    return loaded


def plain(dump: dict[str, str]) -> dict[str, Any]:
    """The same dump with values instead of texts of values."""
    return {key: json.loads(text) if text[:1] in "[{" else text for key, text in dump.items()}


FORMS = {
    "double": lambda dump: json.dumps(dump).encode(),
    "raw characters": lambda dump: json.dumps(dump, ensure_ascii=False).encode(),
    "plain": lambda dump: json.dumps(plain(dump)).encode(),
    "indented": lambda dump: json.dumps(plain(dump), indent=4).encode(),
    "other order": lambda dump: json.dumps(dict(reversed(dump.items()))).encode(),
    "text of a dump": lambda dump: json.dumps(json.dumps(dump)).encode(),
    "byte order mark": lambda dump: b"\xef\xbb\xbf" + json.dumps(dump, ensure_ascii=False).encode(),
    "UTF-16": lambda dump: json.dumps(dump, ensure_ascii=False).encode("utf-16"),
    "UTF-16 without a mark": lambda dump: json.dumps(dump, ensure_ascii=False).encode("utf-16-le"),
}


def read(content: bytes | dict[str, Any], limits: Limits | None = None) -> list[Entry]:
    """All entries of a dump given as bytes or as a Python object."""
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return list(read_dump(io.BytesIO(raw), limits or Limits()))


def found(entries: list[Entry]) -> dict[str, object]:
    """The rows that could be read, by path."""
    return {entry.path: entry.value for entry in entries if isinstance(entry, Found)}
