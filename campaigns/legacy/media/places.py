"""An object of ours and the row of the dump that it was made from."""

from dataclasses import dataclass
from uuid import UUID

from campaigns.legacy.media.findings import Result
from campaigns.legacy.media.reading import SeenRow


@dataclass(slots=True)
class Place:
    """`brought_version` is the version at which a run before left the object, None where none has dealt with it.

    Whoever deals with it sets `left_at`, the version at which it is left now.
    """

    row: SeenRow
    object_id: UUID
    source: str
    legacy_id: str
    brought_version: int | None
    result: Result
    left_at: int | None = None
