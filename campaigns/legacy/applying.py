"""Writes what a dry run has judged, chunk by chunk: objects, ledger, verdicts and the cursor in one transaction.

A chunk is one statement per table. What somebody else imported since the dry run is not overwritten: its row becomes
a duplicate or a conflict.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from campaigns.legacy.staging import CopyCursor, set_based

CHUNK: Final = 5000

_REACH: Final = """
SELECT coalesce(max(ord), 0), count(*) FROM (
    SELECT ord FROM campaigns_importrow
    WHERE batch_id = %(batch)s AND ord > %(cursor)s AND verdict = 'created' AND kind = ANY(%(kinds)s)
    ORDER BY ord LIMIT %(size)s
) c"""
_CHUNK: Final = """
    chunk AS MATERIALIZED (
        SELECT r.ord, r.kind, r.legacy_id, r.flow_id, r.product_ref, r.content_hash, r.changed_at, p.payload
        FROM campaigns_importrow r
        JOIN campaigns_importpayload p ON p.batch_id = r.batch_id AND p.ord = r.ord
        WHERE r.batch_id = %(batch)s AND r.ord > %(cursor)s AND r.ord <= %(last)s
            AND p.batch_id = %(batch)s AND p.ord > %(cursor)s AND p.ord <= %(last)s
            AND r.verdict = 'created' AND r.kind = ANY(%(kinds)s)
    )"""
_SETTLED: Final = """
    remembered AS (
        INSERT INTO campaigns_legacyidentity (source, kind, legacy_id, flow_id, content_hash, changed_at, object_id,
            batch_id)
        SELECT %(source)s, c.kind, c.legacy_id, c.flow_id, c.content_hash, c.changed_at, m.id, %(batch)s
        FROM chunk c JOIN made m ON m.legacy_id = c.legacy_id
        ON CONFLICT (source, kind, legacy_id) DO NOTHING
    ), used AS (
        DELETE FROM campaigns_importpayload p USING chunk c JOIN made m ON m.legacy_id = c.legacy_id
        WHERE p.batch_id = %(batch)s AND p.ord > %(cursor)s AND p.ord <= %(last)s AND p.ord = c.ord
            AND p.pictures = '[]'::jsonb
    )
    SELECT count(*) FROM made"""
# A catalog gives a number once: the first row keeps it, later ones keep it with what else the dump said.
_PRODUCTS: Final = f"""
WITH {_CHUNK}, numbered AS (
    SELECT c.ord, p.*,
           p.sku = '' OR (
               row_number() OVER (PARTITION BY p.sku ORDER BY c.ord) = 1
               AND NOT EXISTS (
                   SELECT FROM catalog_product o
                   WHERE o.catalog_id = %(catalog)s AND o.sku = p.sku AND o.sku <> '' AND o.trashed_at IS NULL
               )
           ) AS is_first
    FROM chunk c CROSS JOIN LATERAL jsonb_to_record(c.payload) AS p (name text, sku text, brand text, category text,
        description text, url text, status text, price_micros bigint, currency text, data jsonb,
        created_at timestamptz, updated_at timestamptz)
), made AS (
    INSERT INTO catalog_product (id, owner_id, catalog_id, legacy_source, legacy_id, row_version, created_at,
        updated_at, name, sku, brand, category, description, url, status, price_micros, currency, data)
    SELECT uuidv7(), %(owner)s, %(catalog)s, %(source)s, c.legacy_id, 1, coalesce(p.created_at, now()),
           coalesce(p.updated_at, p.created_at, now()), p.name, CASE WHEN p.is_first THEN p.sku ELSE '' END, p.brand,
           p.category, p.description, p.url, p.status, p.price_micros, p.currency,
           CASE WHEN p.is_first THEN p.data ELSE p.data || jsonb_build_object('legacy',
               coalesce(p.data -> 'legacy', '{{}}'::jsonb) || jsonb_build_object('sku', p.sku)) END
    FROM chunk c JOIN numbered p ON p.ord = c.ord
    ORDER BY c.ord
    ON CONFLICT (legacy_source, legacy_id) DO NOTHING RETURNING id, legacy_id
), {_SETTLED}"""
_CAMPAIGNS: Final = f"""
WITH {_CHUNK}, made AS (
    INSERT INTO campaigns_campaign (id, owner_id, legacy_source, legacy_id, row_version, created_at, updated_at, name,
        status, objective, starts_at, ends_at, budget_micros, currency, product_id, data)
    SELECT uuidv7(), %(owner)s, %(source)s, c.legacy_id, 1, coalesce(p.created_at, now()),
           coalesce(p.updated_at, p.created_at, now()), p.name, p.status, p.objective, p.starts_at, p.ends_at,
           p.budget_micros, p.currency, a.id, p.data
    FROM chunk c CROSS JOIN LATERAL jsonb_to_record(c.payload) AS p (name text, status text, objective text,
        starts_at timestamptz, ends_at timestamptz, budget_micros bigint, currency text, data jsonb,
        created_at timestamptz, updated_at timestamptz)
    LEFT JOIN catalog_product a ON a.legacy_source = %(source)s AND a.legacy_id = c.product_ref
    ORDER BY c.ord
    ON CONFLICT (legacy_source, legacy_id) DO NOTHING RETURNING id, legacy_id
), {_SETTLED}"""
# Backgrounds become assets in the run that follows; one that is only an address stays in staging.
_BACKGROUNDS: Final = f"""
WITH {_CHUNK}, made AS (
    INSERT INTO campaigns_legacyidentity (source, kind, legacy_id, flow_id, content_hash, batch_id)
    SELECT %(source)s, kind, legacy_id, flow_id, content_hash, %(batch)s FROM chunk
    ON CONFLICT (source, kind, legacy_id) DO NOTHING RETURNING legacy_id
)
SELECT count(*) FROM made"""
_OVERTAKEN: Final = """
UPDATE campaigns_importrow r
SET verdict = CASE WHEN f.content_hash = r.content_hash THEN 'duplicate' ELSE 'conflict' END,
    code = CASE WHEN f.content_hash = r.content_hash THEN 'already_imported'
                WHEN f.content_hash IS NULL THEN 'id_taken' ELSE 'changed_since_import' END,
    warnings = '[]'::jsonb
FROM (
    SELECT o.ord, i.content_hash
    FROM campaigns_importrow o
    LEFT JOIN campaigns_legacyidentity i ON i.source = %(source)s AND i.kind = o.kind AND i.legacy_id = o.legacy_id
    WHERE o.batch_id = %(batch)s AND o.ord > %(cursor)s AND o.ord <= %(last)s AND o.verdict = 'created'
        AND o.kind = ANY(%(kinds)s) AND i.batch_id IS DISTINCT FROM %(batch)s
) f
WHERE r.batch_id = %(batch)s AND r.ord = f.ord
"""


@dataclass(frozen=True, slots=True)
class Stage:
    """One pass over the staged rows; products come first because campaigns point to them."""

    kinds: tuple[str, ...]
    sql: str
    limit: str


STAGES: Final = (
    Stage(("product",), _PRODUCTS, "products"),
    Stage(("campaign", "saved", "completed", "draft"), _CAMPAIGNS, "campaigns"),
    Stage(("background",), _BACKGROUNDS, ""),
)


def apply_chunk(
    cursor: CopyCursor,
    *,
    stage: Stage,
    batch: UUID,
    source: str,
    owner: UUID,
    catalog: UUID,
    after: int,
    size: int = CHUNK,
) -> tuple[int, int]:
    """Write the next rows of `stage` behind `after`; return how far it came (0 for no more) and how many were made.

    Products are put into `catalog`.
    """
    parameters = {
        "batch": batch,
        "source": source,
        "owner": owner,
        "catalog": catalog,
        "cursor": after,
        "kinds": list(stage.kinds),
        "size": size,
    }
    cursor.execute(_REACH, parameters)
    [(last, rows)] = cursor.fetchall()
    if not rows:
        return 0, 0
    parameters["last"] = last
    with set_based(cursor):
        cursor.execute(stage.sql, parameters)
        [(made,)] = cursor.fetchall()
        if made < rows:
            cursor.execute(_OVERTAKEN, parameters)
    return last, made
