"""The second organization: its data is a browser's dump, imported on the first start."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from campaigns.legacy.commands import apply_import, upload_dump
from campaigns.legacy.media.queries import latest_run
from campaigns.legacy.models import ImportBatch
from kernel.jobs.inline import settle
from kernel.tenancy.context import Actor
from kernel.tenancy.scope import scope
from ops.demo.story import DemoFailed
from tenants.models import Organization

SAMPLE = Path(__file__).resolve().parents[1] / "sample" / "legacy-browser.json"


def import_file(organization: Organization, actor: Actor, file: Path, source: str) -> ImportBatch:
    """Upload, check and apply one dump, each by its own job; return the finished import."""
    with scope(organization, actor=actor, source="console"):
        batch = upload_dump(actor=actor, chunks=_chunks(file), file_name=file.name, source=source)
    _over(batch.job_id, "check")
    with scope(organization, actor=actor, source="console"):
        batch = apply_import(actor=actor, batch_id=batch.id)
    _over(batch.job_id, "import")
    with scope(organization, actor=actor, source="console"):
        batch = ImportBatch.objects.get(pk=batch.pk)
        pictures = latest_run(batch)
    if pictures is not None:
        _over(pictures.job_id, "run for pictures and creatives")
    return batch


def imported(organization: Organization, actor: Actor) -> ImportBatch:
    """Return the demo's import; done on the first start."""
    with scope(organization, actor=actor, source="console"):
        done = ImportBatch.objects.filter(file_name=SAMPLE.name, state=ImportBatch.State.DONE).first()
    return done or import_file(organization, actor, SAMPLE, "browser")


def _over(job_id: UUID | None, what: str) -> None:
    if job_id is None:
        raise DemoFailed(f"The {what} of {SAMPLE.name} has no job.")
    job = settle(job_id)
    if job.state != "done":
        raise DemoFailed(f"The {what} of the dump ended as {job.state}: {job.error_text}")


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while chunk := stream.read(64 * 1024):
            yield chunk
