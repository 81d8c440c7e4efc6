"""The smaller kinds: generated backgrounds, unsent writes of the offline queue, preferences."""

from campaigns.legacy.fields import Reading, identity, name_of
from campaigns.legacy.pictures import Pictures
from campaigns.legacy.products import warn_of_pictures
from campaigns.legacy.shapes import MOST_NAME, Shaped


def shape_background(row: dict[str, object], pictures: Pictures) -> Shaped:
    """Return a background, whole; it becomes an asset where the dump has its bytes."""
    legacy_id, note = identity(row.get("id"))
    if not legacy_id:
        return Shaped(reason=note, payload=row)
    reading = Reading(row)
    if note:
        reading.warn(note)
    warn_of_pictures(reading, pictures)
    name, _which = name_of(row.get("prompt"))
    return Shaped(legacy_id, name=name[:MOST_NAME], beside=row, payload=row, warnings=frozenset(reading.warnings))


def shape_queued(row: dict[str, object], pictures: Pictures) -> Shaped:
    """Return an unsent write; it stays pending, because only the browser it is from may send it."""
    legacy_id, _note = identity(row.get("id"))
    name, _which = name_of(row.get("operation"))
    return Shaped(legacy_id, name=name[:MOST_NAME], beside=row, payload=row)


def shape_preference(value: object) -> Shaped:
    """Return a preference as it is."""
    return Shaped(beside=value, payload=value)
