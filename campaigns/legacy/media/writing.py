"""What is made of a chunk of rows once their pictures are stored: links of products, creatives, templates.

An object is brought its pictures and creatives once; the ledger remembers the version it was left at. Afterwards it is
only looked at: what people changed since stays as it is, and the row says so (`kept`).
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection

from campaigns.legacy.media.campaigns import bring_campaigns
from campaigns.legacy.media.findings import Result, look_at_pictures
from campaigns.legacy.media.places import Place
from campaigns.legacy.media.products import bring_products
from campaigns.legacy.media.reading import SeenRow
from campaigns.legacy.media.storing import For, stored_pictures
from campaigns.legacy.models import ImportRow, LegacyIdentity
from campaigns.legacy.rows import write_json
from campaigns.legacy.vocabulary import Kind
from kernel.tenancy.context import Actor

_CAMPAIGNS = frozenset({Kind.CAMPAIGN, Kind.SAVED, Kind.COMPLETED, Kind.DRAFT})
_TOLD = """
UPDATE campaigns_importrow r SET brought = v.brought
FROM jsonb_to_recordset(%(rows)s::jsonb) AS v (ord bigint, brought jsonb)
WHERE r.batch_id = %(batch)s AND r.ord = v.ord AND r.brought IS DISTINCT FROM v.brought"""


@dataclass(slots=True)
class Work:
    """What a run needs to know for every chunk; `refused` are pictures that the asset store did not take, and why."""

    actor: Actor
    whom: For
    refused: dict[str, str] = field(default_factory=dict)


def write_chunk(rows: Sequence[SeenRow], work: Work) -> Counter[str]:
    """Write what is to be made of these rows, and what was found in each; return how many rows of what were made."""
    stored = stored_pictures(work.whom.source, _digests(rows))
    results = {row.ord: Result() for row in rows}
    for row in rows:
        look_at_pictures(row, stored, work.refused, results[row.ord])
    places = _places(rows, results, work.whom)
    made = bring_campaigns([place for place in places if place.row.kind in _CAMPAIGNS], stored, work.actor)
    made += bring_products([place for place in places if place.row.kind is Kind.PRODUCT], stored)
    _remember(places, work.whom.source)
    _tell(results, work.whom.batch_id)
    return made


def _digests(rows: Sequence[SeenRow]) -> set[str]:
    return {picture.sha256 for row in rows for picture in row.pictures.found.values() if picture.state == "held"}


def _places(rows: Sequence[SeenRow], results: Mapping[int, Result], whom: For) -> list[Place]:
    """Return the rows that became an object, each object once: those whose content is what was imported."""
    staged = {
        row.ord: row
        for row in ImportRow.objects.filter(batch_id=whom.batch_id, ord__in=list(results)).only(
            "batch_id", "ord", "kind", "legacy_id", "content_hash", "verdict"
        )
    }
    wanted: dict[str, set[str]] = defaultdict(set)
    for found in staged.values():
        wanted[found.kind].add(found.legacy_id)
    known = {
        (kind, identity.legacy_id): identity
        for kind, ids in wanted.items()
        for identity in LegacyIdentity.objects.filter(source=whom.source, kind=kind, legacy_id__in=ids)
    }
    places: dict[UUID, Place] = {}
    for row in rows:
        here = staged.get(row.ord)
        identity = known.get((here.kind, here.legacy_id)) if here else None
        if here is None or identity is None or identity.object_id is None:
            continue
        if here.verdict in ("created", "duplicate") and identity.content_hash == here.content_hash:
            places.setdefault(
                identity.object_id,
                Place(row, identity.object_id, whom.source, here.legacy_id, identity.brought_version, results[row.ord]),
            )
    return list(places.values())


def _remember(places: Sequence[Place], source: str) -> None:
    """Write down which objects were dealt with, and at which version they were left."""
    left: dict[tuple[str, int], list[str]] = defaultdict(list)
    for place in places:
        if place.left_at is not None:
            left[place.row.kind, place.left_at].append(place.legacy_id)
    for (kind, version), ids in left.items():
        LegacyIdentity.objects.filter(source=source, kind=kind, legacy_id__in=ids).update(brought_version=version)


def _tell(results: Mapping[int, Result], batch_id: UUID) -> None:
    told: list[dict[str, Any]] = [
        {"ord": number, "brought": found} for number, result in results.items() if (found := result.as_json())
    ]
    if told:
        with connection.cursor() as cursor:
            cursor.execute(_TOLD, {"rows": write_json(told), "batch": batch_id})
