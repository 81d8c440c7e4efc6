"""An import whose worker is killed again and again: it ..."""

import json
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from campaigns.legacy.models import ImportBatch, ImportPayload, ImportRow, LegacyIdentity
from campaigns.models import Campaign, Creative
from catalog.models import AssetVersion, Product
from kernel.jobs import doorbell
from ops.bench.dumps import write_dump
from tests.jobs.processes import running
from tests.legacy.dumps import small
from tests.legacy.importing import Importer
from tests.legacy.killing import ROWS, SETTINGS, DoomedWorker

pytestmark = pytest.mark.processes


def test_it_loses_nothing_and_doubles_nothing(
    importer: Importer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = {**small(), **json.loads(write_dump(tmp_path / "dump.json", 1_200).path.read_bytes())}
    importer.whole({}, source="before")  # makes the account and the catalog that every import shares
    monkeypatch.setenv("TEST_PRIVATE_STORAGE_ROOT", str(tmp_path))
    doorbell.queue("default").delete(delete_jobs=True)

    with running(tmp_path, "dispatcher", *SETTINGS, until="is the active one"), DoomedWorker(tmp_path, 2025) as worker:
        batch_id = importer.upload(content)
        check_id = job_id_of(importer.batch(batch_id))
        deaths = worker.die(check_id, times=3, seconds=1.0, commits=0, committed=lambda: 0)
        assert worker.end(check_id).state == "done"
        importer.ask(importer.batch(batch_id))
        apply_id = job_id_of(importer.batch(batch_id))
        deaths += worker.die(
            apply_id, times=7, seconds=0.1, commits=3, committed=lambda: importer.batch(batch_id).applied // ROWS
        )
        assert worker.end(apply_id).state == "done"
        media_id = importer.media_run(importer.batch(batch_id)).job_id
        assert media_id is not None
        deaths += worker.die(
            media_id,
            times=5,
            seconds=0.1,
            commits=3,
            committed=lambda: importer.media_run(importer.batch(batch_id)).cursor // ROWS,
        )
        assert worker.end(media_id).state == "done"

    # What came together under fire is what comes together in peace.
    wanted = importer.whole(content, source="uninterrupted")
    batch = importer.batch(batch_id)
    assert deaths == 15
    assert (batch.state, batch.applied, batch.counts) == ("done", wanted.applied, wanted.counts)
    assert left_by(importer, batch) == left_by(importer, wanted)
    entries = importer.entries(job_id=apply_id)
    made = keys_of(importer, batch.source)
    assert {entry.object_pk for entry in entries if entry.event == "create"} == made
    assert Counter(entry.event for entry in entries) == {"create": len(made), "import.done": 1}
    run, peaceful = importer.media_run(batch), importer.media_run(wanted)
    assert (run.state, run.report) == ("done", peaceful.report)
    with importer.scope():
        digests = list(AssetVersion.objects.values_list("source_sha256", flat=True))
    assert len(digests) == len(set(digests)) == run.made["assets"] == run.report["pictures"]["stored"]
    assert run.made == peaceful.made | {"assets": len(digests)}  # the second finds the pictures of the first
    brought = [entry for entry in importer.entries(job_id=media_id) if entry.event == "create"]
    assert len({entry.object_pk for entry in brought}) == len(brought)
    parts = ("creatives", "creative_assets", "creative_products", "product_pictures")
    assert len(brought) == sum(run.made[name] for name in parts) + 2 * len(digests)


def job_id_of(batch: ImportBatch) -> UUID:
    """The job that was asked for last."""
    assert batch.job_id is not None
    return batch.job_id


def left_by(importer: Importer, batch: ImportBatch) -> dict[str, list[Any]]:
    """All that an import has left behind, without ids and times of the run and without the source's name."""
    with importer.scope():
        rows = ImportRow.objects.filter(batch_id=batch.id).order_by("ord")
        payloads = ImportPayload.objects.filter(batch_id=batch.id).order_by("ord")
        ledger = LegacyIdentity.objects.filter(source=batch.source, batch_id=batch.id).order_by("kind", "legacy_id")
        left: dict[str, list[Any]] = {
            "rows": list(rows.values_list("ord", "path", "kind", "content_hash", "verdict", "code", "warnings")),
            "payloads": list(payloads.values_list("ord", "payload", "pictures")),
            "creatives": list(
                Creative.objects.filter(legacy_source=batch.source)
                .order_by("legacy_id")
                .values_list("legacy_id", "name", "placement", "status", "headline", "layout", "position", "data")
            ),
            "ledger": list(ledger.values_list("kind", "legacy_id", "flow_id", "content_hash", "changed_at")),
        }
    for kind, objects in importer.contents().items():
        left[kind] = [_as_told(row) for row in objects if row["legacy_source"] == batch.source]
    return left


def _as_told(row: dict[str, Any]) -> dict[str, Any]:
    """A row without its source; a number that another source's product has taken stands where the dump's own would."""
    legacy = dict(row["data"].get("legacy", {}))
    number = legacy.pop("sku", "")
    data = {name: value for name, value in row["data"].items() if name != "legacy"} | (
        {"legacy": legacy} if legacy else {}
    )
    return row | {"legacy_source": "", "data": data} | ({"sku": row["sku"] or number} if "sku" in row else {})


def keys_of(importer: Importer, source: str) -> set[str]:
    """The keys of everything that came from one source."""
    with importer.scope():
        return {
            str(key)
            for model in (Product, Campaign)
            for key in model.objects.filter(legacy_source=source).values_list("pk", flat=True)
        }
