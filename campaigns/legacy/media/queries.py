"""What can be asked about the pictures and creatives of an import. Whoever asks was given the import by its queries."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.utils.functional import Promise

from campaigns.legacy.media.words import FINDINGS
from campaigns.legacy.models import ImportBatch, ImportRow, MediaRun
from catalog.models import Asset
from kernel.jobs.models import Job
from kernel.jobs.queries import visible_jobs
from kernel.tenancy.context import Actor
from tenants.access.resolver import visible

_OVER: Final = frozenset({Job.State.FAILED, Job.State.DEAD, Job.State.CANCELLED})
_FIGURES: Final = """
    SELECT f.key, sum(f.value::bigint)
    FROM campaigns_importrow r, jsonb_each(r.brought) AS f (key, value)
    WHERE r.batch_id = %(batch)s AND jsonb_typeof(f.value) = 'number'
    GROUP BY 1 ORDER BY 1"""
_PICTURES: Final = """
    SELECT p.picture ->> 'state', count(DISTINCT p.picture ->> 'sha256'),
           count(DISTINCT p.picture ->> 'sha256') FILTER (WHERE v.id IS NOT NULL)
    FROM campaigns_importpayload i
    CROSS JOIN jsonb_array_elements(i.pictures) AS p (picture)
    LEFT JOIN campaigns_legacyidentity k
        ON k.source = %(source)s AND k.kind = 'picture' AND k.legacy_id = p.picture ->> 'sha256'
    LEFT JOIN catalog_assetversion v ON v.id = k.object_id
    WHERE i.batch_id = %(batch)s AND i.pictures <> '[]'::jsonb AND p.picture ->> 'state' <> 'lost'
    GROUP BY 1"""


@dataclass(frozen=True, slots=True)
class RunNow:
    """Where a run stands. A job that was given up leaves its run behind as it was; this says so."""

    state: str
    error: str = ""
    done: int = 0
    total: int = 0
    phase: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a row that was not brought in, or was left as it is. `row` counts the dump's rows from 1."""

    row: int
    path: str
    legacy_id: str
    name: str
    code: str
    message: str | Promise
    fact: str


def latest_run(batch: ImportBatch) -> MediaRun | None:
    """Return the last run over an import, None where there was none yet."""
    return MediaRun.objects.filter(batch=batch).order_by("-id").first()


def run_now(run: MediaRun) -> RunNow:
    """Return the run's state together with its job's progress."""
    is_asked = run.job_id is not None and run.state == MediaRun.State.WORKING
    job = visible_jobs().filter(pk=str(run.job_id)).first() if is_asked else None
    if job is None:
        return RunNow(run.state, run.error)
    progress = {name: job.progress.get(name, default) for name, default in (("done", 0), ("total", 0), ("phase", ""))}
    if job.state in _OVER:
        return RunNow(MediaRun.State.FAILED, job.error_text, **progress)
    return RunNow(run.state, run.error, **progress)


def media_report(batch: ImportBatch) -> dict[str, Any]:
    """Count what there is of an import's pictures and creatives, where the rows are.

    `pictures` counts distinct contents: `stored` are in the library, `refused` are of a type that is not taken,
    `undecodable` are broken, `not_taken` are what the library refused or has lost since. `figures` are sums over the
    rows; `links` are those of campaigns to products.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PICTURES, {"batch": batch.pk, "source": batch.source})
        states = {state: (distinct, stored) for state, distinct, stored in cursor.fetchall()}
        cursor.execute(_FIGURES, {"batch": batch.pk})
        figures = {name: int(count) for name, count in cursor.fetchall()}
    held, stored = states.get("held", (0, 0))
    images = batch.counts["images"]
    return {
        "pictures": {
            "occurrences": images["data_url_occurrences"],
            "distinct": images["distinct_data_urls"],
            "stored": stored,
            "refused": states.get("refused", (0, 0))[0],
            "undecodable": states.get("undecodable", (0, 0))[0],
            "not_taken": held - stored,
            "lost": images["blob_urls"] + images["placeholders"],
        },
        "figures": figures,
        "links": batch.counts["campaign_product_links"],
    }


def imported_assets(*, actor: Actor, batch: ImportBatch, limit: int) -> list[Asset]:
    """Return some of the assets that imports of this source made, as far as `actor` may see them, the first first."""
    assets = visible(actor, "asset:view", Asset).filter(legacy_source=batch.source, trashed_at=None)
    return list(assets.select_related("current").order_by("created_at", "pk")[:limit])


def finding_page(batch: ImportBatch, *, after: int = 0, limit: int = 50) -> list[Finding]:
    """Return what was found in at most `limit` rows behind row `after`, in the dump's order."""
    rows = ImportRow.objects.filter(batch_id=batch.pk, ord__gt=after, brought__has_key="findings")
    wanted = rows.order_by("ord").values_list("ord", "path", "legacy_id", "name", "brought")[:limit]
    return [
        Finding(
            number,
            path + found["path"],
            legacy_id,
            name,
            found["code"],
            FINDINGS.get(found["code"], found["code"]),
            found["fact"],
        )
        for number, path, legacy_id, name, brought in wanted
        for found in (brought or {}).get("findings", [])
    ]


def all_findings(batch: ImportBatch) -> Iterator[Finding]:
    """Yield everything that was found, without holding it all."""
    after = 0
    while page := finding_page(batch, after=after, limit=500):
        yield from page
        after = page[-1].row
