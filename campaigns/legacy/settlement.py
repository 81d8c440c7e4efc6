"""Judges every staged row among the others and against former imports, in one statement.

Verdicts: created, duplicate, conflict, rejected for rows that are (or would be) objects of ours; pending for unsent
writes, kept for preferences, listed for unknown keys. `code` says why. The order of keys in a dump means nothing, so
nothing is judged before everything is staged.

The rules, in the order in which they win:
1. Rows of a key whose text breaks off are rejected with it (`key_broken`): nothing of a key comes in by half.
2. A per-flow entry whose flow stands in a better key is a duplicate (`superseded`): saved before completed before
   draft before the minimal and recovery scraps. One that was changed later than what supersedes it says so
   (`superseded_newer`), so that nobody clears it away unseen.
3. A row that can't be an object of ours is rejected with the reader's reason.
4. A row that was imported before is a duplicate (`already_imported`) or, where the dump now says something else, a
   conflict (`changed_since_import`). Compared is with what the dump said then, not with what became of the object.
5. The same id again, in the same key: a duplicate (`same_again`) or a conflict (`same_id_other_content`).
6. The same id in two kinds that become the same thing of ours: the later is a conflict (`id_taken`).
"""

from typing import Final
from uuid import UUID

from campaigns.legacy.staging import CopyCursor, set_based

_SETTLE: Final = """
WITH kinds (kind, target, rank) AS (
    VALUES ('product', 'product', 0), ('background', 'background', 0), ('campaign', 'campaign', 0),
           ('saved', 'campaign', 1), ('completed', 'campaign', 2), ('draft', 'campaign', 3),
           ('minimal', 'campaign', 4), ('recovery', 'campaign', 4)
), line AS MATERIALIZED (
    SELECT r.ord, r.kind, k.target, k.rank, r.legacy_id, r.flow_id, r.product_ref, r.sku, r.twin_hash, r.launched,
           r.name, r.content_hash, r.changed_at, r.warnings,
           CASE WHEN r.reason <> '' THEN r.reason WHEN b.key IS NOT NULL THEN 'key_broken' ELSE '' END AS reason
    FROM campaigns_importrow r
    JOIN kinds k ON k.kind = r.kind
    LEFT JOIN (
        SELECT DISTINCT key FROM campaigns_importrow WHERE batch_id = %(batch)s AND reason = 'broken_json'
    ) b ON b.key = r.key
    WHERE r.batch_id = %(batch)s
), before AS MATERIALIZED (
    SELECT i.kind, k.target, k.rank, i.legacy_id, i.flow_id, i.content_hash, i.changed_at
    FROM campaigns_legacyidentity i JOIN kinds k ON k.kind = i.kind
    WHERE i.source = %(source)s
), ranked AS (
    SELECT l.*, b.content_hash AS former_hash,
           row_number() OVER (PARTITION BY l.kind, l.legacy_id ORDER BY l.ord) AS nth,
           row_number() OVER (PARTITION BY l.kind, l.legacy_id, l.content_hash ORDER BY l.ord) AS copy
    FROM line l LEFT JOIN before b ON b.kind = l.kind AND b.legacy_id = l.legacy_id
    WHERE l.reason = ''
), judged AS MATERIALIZED (
    SELECT ord, kind, rank, legacy_id, flow_id, changed_at,
           CASE WHEN former_hash = content_hash THEN 'already_imported'
                WHEN former_hash IS NOT NULL THEN 'changed_since_import'
                WHEN copy > 1 THEN 'same_again'
                WHEN nth > 1 THEN 'same_id_other_content'
                ELSE '' END AS code
    FROM ranked
), flows AS (
    SELECT flow_id, min(rank) AS best,
           (array_agg(changed_at ORDER BY rank, changed_at DESC NULLS LAST))[1] AS changed_at
    FROM (
        SELECT flow_id, rank, changed_at FROM judged
        WHERE flow_id <> '' AND code IN ('', 'already_imported', 'same_again')
        UNION ALL SELECT flow_id, rank, changed_at FROM before WHERE flow_id <> ''
    ) f GROUP BY flow_id
), settled AS (
    SELECT l.*,
           CASE WHEN l.rank > 1 AND l.reason IN ('', 'partial_only', 'no_content') AND f.best < l.rank
                     THEN CASE WHEN l.changed_at > f.changed_at THEN 'superseded_newer' ELSE 'superseded' END
                WHEN l.reason <> '' THEN l.reason
                ELSE j.code END AS code
    FROM line l
    LEFT JOIN judged j ON j.ord = l.ord
    LEFT JOIN flows f ON f.flow_id = l.flow_id
), placed AS (
    SELECT s.*,
           s.code = '' AND (
               o.legacy_id IS NOT NULL
               OR row_number() OVER (PARTITION BY s.target, s.legacy_id, s.code ORDER BY s.rank, s.ord) > 1
           ) AS taken
    FROM settled s
    LEFT JOIN (SELECT DISTINCT target, legacy_id FROM before) o
        ON s.code = '' AND o.target = s.target AND o.legacy_id = s.legacy_id
), verdicts AS MATERIALIZED (
    SELECT ord, kind, legacy_id, flow_id, product_ref, sku, twin_hash, launched, name, warnings,
           CASE WHEN taken THEN 'id_taken' ELSE code END AS code,
           CASE WHEN taken OR code IN ('changed_since_import', 'same_id_other_content') THEN 'conflict'
                WHEN code = '' THEN 'created'
                WHEN code IN ('superseded', 'superseded_newer', 'already_imported', 'same_again') THEN 'duplicate'
                ELSE 'rejected' END AS verdict
    FROM placed
), known_products AS (
    SELECT legacy_id FROM verdicts WHERE kind = 'product' AND verdict IN ('created', 'duplicate')
    UNION SELECT legacy_id FROM before WHERE kind = 'product'
), noticed AS (
    SELECT v.ord,
           v.sku <> '' AND row_number() OVER (PARTITION BY v.kind, v.sku ORDER BY v.ord) > 1 AS sku_repeats,
           (v.twin_hash <> '' AND row_number() OVER (PARTITION BY v.kind, v.twin_hash ORDER BY v.ord) > 1)
               OR (v.kind = 'saved' AND f.flow_id IS NOT NULL) AS probable_duplicate,
           v.launched AND row_number() OVER (PARTITION BY v.kind, v.launched, v.name ORDER BY v.ord) > 1
               AS launched_by_name,
           v.product_ref <> '' AND p.legacy_id IS NULL AS product_missing
    FROM verdicts v
    LEFT JOIN known_products p ON p.legacy_id = v.product_ref
    LEFT JOIN (SELECT DISTINCT flow_id FROM before WHERE flow_id <> '') f ON f.flow_id = v.flow_id
    WHERE v.verdict = 'created'
)
UPDATE campaigns_importrow r
SET verdict = v.verdict, code = v.code,
    warnings = CASE WHEN v.verdict <> 'created' THEN '[]'::jsonb
                    WHEN NOT (n.sku_repeats OR n.probable_duplicate OR n.launched_by_name OR n.product_missing)
                    THEN v.warnings
                    ELSE v.warnings
                         || CASE WHEN n.sku_repeats THEN '["sku_repeats"]'::jsonb ELSE '[]'::jsonb END
                         || CASE WHEN n.probable_duplicate THEN '["probable_duplicate"]'::jsonb ELSE '[]'::jsonb END
                         || CASE WHEN n.launched_by_name THEN '["launched_by_name"]'::jsonb ELSE '[]'::jsonb END
                         || CASE WHEN n.product_missing THEN '["product_missing"]'::jsonb ELSE '[]'::jsonb END
               END
FROM verdicts v LEFT JOIN noticed n ON n.ord = v.ord
WHERE r.batch_id = %(batch)s AND r.ord = v.ord  -- rows are staged as created, so most need no second version
    AND (v.verdict <> 'created' OR n.sku_repeats OR n.probable_duplicate OR n.launched_by_name OR n.product_missing)
"""

_SETTLE_OTHERS: Final = """
UPDATE campaigns_importrow
SET code = reason,
    verdict = CASE WHEN reason <> '' THEN 'rejected' WHEN kind = 'queued' THEN 'pending'
                   WHEN kind = 'preference' THEN 'kept' ELSE 'listed' END
WHERE batch_id = %(batch)s AND kind IN ('queued', 'preference', 'unknown')
"""
# Their content is there already. Facts about pictures stay: they are counted over the whole dump.
_FORGET_DUPLICATES: Final = """
DELETE FROM campaigns_importpayload p USING campaigns_importrow r
WHERE p.batch_id = %(batch)s AND r.batch_id = %(batch)s AND r.ord = p.ord AND r.verdict = 'duplicate'
    AND p.pictures = '[]'::jsonb
"""


def settle(cursor: CopyCursor, batch: UUID, source: str) -> None:
    """Give each staged row of `batch` its verdict, code and final warnings."""
    parameters = {"batch": batch, "source": source}
    with set_based(cursor):
        cursor.execute(_SETTLE, parameters)
        cursor.execute(_SETTLE_OTHERS, parameters)
        cursor.execute(_FORGET_DUPLICATES, parameters)
