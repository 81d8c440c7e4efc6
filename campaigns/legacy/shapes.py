"""What one row of a dump becomes: a frozen record that goes to staging as it is."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from campaigns.legacy.pictures import Picture
from campaigns.legacy.rows import write_json
from campaigns.legacy.vocabulary import Kind

MOST_NAME: Final = 255


@dataclass(frozen=True, slots=True)
class Shaped:
    """A row in our shape, before anything is known about other rows.

    `reason` is why it can't be imported, "" where it can. `twin` holds what makes another row of the same kind a
    probable duplicate; `twin` and `beside` together are the whole row. `payload` is what apply writes; for a rejected
    row it is the row as it was.
    """

    legacy_id: str = ""
    reason: str = ""
    name: str = ""
    flow_id: str = ""
    product_ref: str = ""
    sku: str = ""
    twin: object = None
    beside: object = None
    launched: bool = False
    changed_at: datetime | None = None
    payload: object = None
    warnings: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class StagedRow:
    """One line of the staging table: everything that settlement needs to judge the row among the others."""

    ord: int
    key: str
    path: str
    kind: Kind
    legacy_id: str = ""
    flow_id: str = ""
    product_ref: str = ""
    sku: str = ""
    twin_hash: str = ""
    launched: bool = False
    changed_at: datetime | None = None
    name: str = ""
    content_hash: str = ""
    reason: str = ""
    fact: str = ""
    warnings: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = field(default=())
    held_pictures: int = 0
    payload: str = ""


def digest(value: object) -> str:
    """Return a digest of a JSON value that does not depend on the order of its names."""
    return hashlib.blake2b(write_json(value, sort_keys=True).encode(), digest_size=16).hexdigest()
