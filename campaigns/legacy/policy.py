"""Entry of a dump -> staged row: picks the module for the kind, takes pictures out, and works out the digests."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from campaigns.legacy.campaigns import shape_campaign
from campaigns.legacy.extras import shape_background, shape_preference, shape_queued
from campaigns.legacy.flows import shape_flow_entry, shape_saved
from campaigns.legacy.pictures import Pictures, take_pictures
from campaigns.legacy.products import shape_product
from campaigns.legacy.rows import write_json
from campaigns.legacy.shapes import Shaped, StagedRow, digest
from campaigns.legacy.stream import Entry, Found, Refused, Unknown
from campaigns.legacy.vocabulary import FLOW_KINDS, Key, Kind


def staged_rows(entries: Iterable[Entry], *, now: datetime | None = None) -> Iterator[StagedRow]:
    """Yield one staged row for each entry, numbered in the dump's order. `now` decides which drafts have expired."""
    moment = now or datetime.now(UTC)
    for number, entry in enumerate(entries, start=1):
        match entry:
            case Found():
                yield _found(number, entry, moment)
            case Refused():
                yield StagedRow(
                    number, entry.key.name, entry.path, entry.key.kind, reason=entry.code, fact=_fact(entry)
                )
            case Unknown():
                yield StagedRow(number, entry.key.name, "", Kind.UNKNOWN)


def look(entry: Found, now: datetime) -> tuple[object, Pictures, Shaped]:
    """Return a row without the bytes of its pictures, those pictures, and the row in our shape."""
    value, pictures = entry.value, Pictures()
    if entry.may_hold_pictures:
        value, pictures = take_pictures(value)
    return value, pictures, _shape(entry.key, value, pictures, now)


def _found(number: int, entry: Found, now: datetime) -> StagedRow:
    _value, pictures, shaped = look(entry, now)
    twin_hash = digest(shaped.twin) if shaped.twin else ""
    return StagedRow(
        ord=number,
        key=entry.key.name,
        path=entry.path,
        kind=entry.key.kind,
        legacy_id=shaped.legacy_id,
        flow_id=shaped.flow_id,
        product_ref=shaped.product_ref,
        sku=shaped.sku,
        twin_hash=twin_hash,
        launched=shaped.launched,
        changed_at=shaped.changed_at,
        name=shaped.name,
        content_hash="" if shaped.reason else digest([twin_hash, shaped.beside]),
        reason=shaped.reason,
        warnings=tuple(sorted(shaped.warnings)),
        pictures=tuple(pictures.found.values()),
        held_pictures=pictures.held,
        payload=write_json(shaped.payload),
    )


def _shape(key: Key, value: object, pictures: Pictures, now: datetime) -> Shaped:
    if key.kind is Kind.PREFERENCE:
        return shape_preference(value)
    if not isinstance(value, dict):
        return Shaped(reason="not_object", payload=value)
    if key.kind in FLOW_KINDS:
        return shape_flow_entry(key, value, pictures, now)
    return {
        Kind.PRODUCT: shape_product,
        Kind.CAMPAIGN: shape_campaign,
        Kind.SAVED: shape_saved,
        Kind.BACKGROUND: shape_background,
        Kind.QUEUED: shape_queued,
    }[key.kind](value, pictures)


def _fact(refused: Refused) -> str:
    return f"byte {refused.offset}" + (f": {refused.fact}" if refused.fact else "")
