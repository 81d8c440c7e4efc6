"""The figures of an import, counted where the rows are."""

from typing import Any, Final
from uuid import UUID

from campaigns.legacy.staging import CopyCursor
from campaigns.legacy.vocabulary import FLOW_KINDS, LISTS, Kind

GROUPS: Final = {kind.value: key for key, kind in LISTS.items()} | {kind.value: "flow" for kind in FLOW_KINDS}
_SETTLED: Final = ("created", "duplicate", "conflict", "rejected")
_NAMES_SHOWN: Final = 500

_VERDICTS: Final = """
    SELECT kind, verdict, CASE WHEN verdict = 'rejected' THEN code ELSE '' END AS reason, count(*)
    FROM campaigns_importrow WHERE batch_id = %(batch)s GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""
_WARNINGS: Final = """
    SELECT r.kind, w.code, count(*)
    FROM campaigns_importrow r, jsonb_array_elements_text(r.warnings) AS w (code)
    WHERE r.batch_id = %(batch)s GROUP BY 1, 2 ORDER BY 1, 2"""
_LINKS: Final = """
    SELECT count(*) FILTER (WHERE product_ref <> '' AND NOT warnings @> '["product_missing"]'::jsonb),
           count(*) FILTER (WHERE product_ref = ''),
           count(*) FILTER (WHERE warnings @> '["product_missing"]'::jsonb)
    FROM campaigns_importrow
    WHERE batch_id = %(batch)s AND verdict = 'created' AND kind IN ('campaign', 'saved')"""
_PICTURES: Final = """
    SELECT coalesce(sum((p.picture->>'count')::bigint) FILTER (WHERE p.picture->>'state' <> 'lost'), 0),
           count(DISTINCT p.picture->>'sha256'),
           coalesce(sum((p.picture->>'count')::bigint) FILTER (WHERE p.picture->>'was' = 'blob'), 0),
           coalesce(sum((p.picture->>'count')::bigint) FILTER (WHERE p.picture->>'was' = 'placeholder'), 0)
    FROM campaigns_importpayload i, jsonb_array_elements(i.pictures) AS p (picture)
    WHERE i.batch_id = %(batch)s AND i.pictures <> '[]'::jsonb"""
_UNKNOWN: Final = """
    SELECT key, count(*) OVER () FROM campaigns_importrow
    WHERE batch_id = %(batch)s AND kind = 'unknown' ORDER BY ord LIMIT %(limit)s"""


def verdict_counts(cursor: CopyCursor, batch: UUID) -> dict[str, Any]:
    """Return rows by key and verdict, the reasons of rejected rows, and the links of campaigns to products."""
    totals: dict[str, dict[str, int]] = {}
    reasons: dict[str, dict[str, int]] = {}
    cursor.execute(_VERDICTS, {"batch": batch})
    for kind, verdict, reason, count in cursor.fetchall():
        group = GROUPS.get(kind)
        if group is None:
            continue
        pending = kind == Kind.QUEUED
        figures = totals.setdefault(
            group, {"rows": 0, "pending": 0} if pending else dict.fromkeys(("rows", *_SETTLED), 0)
        )
        figures["rows"] += count
        figures[verdict] = figures.get(verdict, 0) + count
        if reason:
            by_reason = reasons.setdefault(group, {})
            by_reason[reason] = by_reason.get(reason, 0) + count
    cursor.execute(_LINKS, {"batch": batch})
    [links] = cursor.fetchall()
    return {
        "totals": totals,
        "rejected_reasons": reasons,
        "campaign_product_links": dict(zip(("linked", "no_product", "product_missing"), links, strict=True)),
    }


def dump_facts(cursor: CopyCursor, batch: UUID) -> dict[str, Any]:
    """Return what does not change when the import is applied: warnings, pictures, unknown keys, preferences."""
    warnings: dict[str, dict[str, int]] = {}
    cursor.execute(_WARNINGS, {"batch": batch})
    for kind, code, count in cursor.fetchall():
        by_code = warnings.setdefault(GROUPS.get(kind, kind), {})
        by_code[code] = by_code.get(code, 0) + count
    cursor.execute(_PICTURES, {"batch": batch})
    [(occurrences, distinct, blobs, placeholders)] = cursor.fetchall()
    cursor.execute(_UNKNOWN, {"batch": batch, "limit": _NAMES_SHOWN})
    unknown = cursor.fetchall()
    return {
        "warnings": warnings,
        "images": {
            "data_url_occurrences": int(occurrences),
            "distinct_data_urls": distinct,
            "blob_urls": int(blobs),
            "placeholders": int(placeholders),
        },
        "unknown_keys": [key for key, _count in unknown],
        "unknown_key_count": unknown[0][1] if unknown else 0,
    }
