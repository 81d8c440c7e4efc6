"""What a backup holds, row counts and hashes included."""

import json
from dataclasses import asdict, dataclass, fields
from typing import Any

FORMAT = 1


class Damaged(Exception):
    """The archive is not what was written; nothing has been touched."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table's rows: how many, and a hash that does not depend on their order."""

    rows: int
    hash: str


@dataclass(frozen=True, slots=True)
class File:
    """A file's content."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Membership:
    """One role granted to another."""

    role: str
    member: str
    admin: bool
    inherit: bool
    set: bool


@dataclass(frozen=True, slots=True)
class Manifest:
    """The whole content of a backup; `tables` and `sequences` are keyed by schema.name, `files` by path."""

    created_at: str
    database: str
    versions: dict[str, str]
    login_roles: list[str]
    roles: list[str]
    memberships: list[Membership]
    settings: list[str]
    dump: File
    tables: dict[str, Table]
    sequences: dict[str, str]
    files: dict[str, File]
    format: int = FORMAT

    def to_json(self) -> str:
        """Return the manifest as readable JSON."""
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"


def from_json(text: bytes) -> Manifest:
    """Return the manifest that `to_json` wrote."""
    try:
        data: dict[str, Any] = json.loads(text)
        if data["format"] != FORMAT:
            raise Damaged(f"The archive has format {data['format']}; this version reads format {FORMAT}.")
        data["memberships"] = [Membership(**entry) for entry in data["memberships"]]
        data["dump"] = File(**data["dump"])
        data["tables"] = {name: Table(**entry) for name, entry in data["tables"].items()}
        data["files"] = {name: File(**entry) for name, entry in data["files"].items()}
        return Manifest(**{field.name: data[field.name] for field in fields(Manifest)})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Damaged(f"The archive's manifest can't be read: {error!r}.") from error


def differences(kind: str, wanted: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """Return one line for each name whose value differs."""
    names = sorted(wanted.keys() | found.keys())
    return [
        f"{kind} {name}: expected {wanted.get(name, 'none')}, found {found.get(name, 'none')}"
        for name in names
        if wanted.get(name) != found.get(name)
    ]
