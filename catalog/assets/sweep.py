"""Removing what nobody refers to: uploads that were given up, chunks, and files whose transaction was rolled back.

Files are written before the rows that refer to them are committed, so at any moment there may be files without rows,
never rows without files. Whoever stores files shares a lock until the commit; the sweep looks again with the lock for
itself, when every row that could refer to a file is visible, and removes only then.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import batched
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from catalog.assets.content import FOLDER, files_lock
from catalog.models import AssetVersion, Upload
from kernel.jobs import JobContext, enqueue
from kernel.storage import asset_files, tenant_folder
from kernel.tenancy.context import SYSTEM, current_organization
from tenants.access.limits import lock_until_commit

SWEEP = "assets.sweep"
UPLOADS = "uploads"
AT_ONCE = 100


def plan_sweep(moment: datetime) -> None:
    """Let the sweep run in the open scope's organization once `moment` is past; for all moments of an hour once."""
    run_at = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    enqueue(SWEEP, actor=SYSTEM, dedupe_key=run_at.isoformat(), run_at=run_at)


def sweep(ctx: JobContext) -> dict[str, int]:
    """Remove the uploads that have expired and every file that nothing refers to; return how many of each."""
    with ctx.transaction():
        uploads = delete_expired()
        organization = current_organization()
    root = f"{tenant_folder(organization)}/"
    # A chunk's upload is committed before its first chunk is sent, so whoever lists chunks first knows all their rows.
    there = [key for key, _written in asset_files().walk(root + UPLOADS)]
    with ctx.transaction():
        known = set(Upload.objects.values_list("pk", flat=True))
    chunks = [key for key in there if _upload_of(key) not in known]
    for key in chunks:
        asset_files().delete(key)
    with ctx.transaction():
        kept = referenced()
    # What was stored since is looked at again before it goes.
    suspects = (key for key, _written in asset_files().walk(root + FOLDER) if key not in kept)
    files = 0
    for some in batched(suspects, AT_ONCE):
        ctx.checkpoint()
        with ctx.transaction():
            files += delete_unreferenced(some)
    return {"uploads": uploads, "chunks": len(chunks), "files": files}


def delete_expired() -> int:
    """Delete the uploads that have expired and return how many there were."""
    return Upload.objects.filter(expires_at__lte=timezone.now()).delete()[0]


def delete_unreferenced(keys: Collection[str]) -> int:
    """Remove those of `keys` that no version refers to, with everybody who stores files waiting; return how many."""
    lock_until_commit(files_lock(current_organization()))
    wanted = list(keys)
    thumbs, previews = Q(renditions__thumb__key__in=wanted), Q(renditions__preview__key__in=wanted)
    gone = set(wanted) - referenced(Q(storage_key__in=wanted) | thumbs | previews)
    for key in gone:
        asset_files().delete(key)
    return len(gone)


def referenced(by: Q | None = None) -> set[str]:
    """Return the keys of files and renditions that versions refer to: all of them, or those `by` finds."""
    versions = AssetVersion.objects.filter(by or Q()).order_by()
    found: set[str] = set()
    for key, renditions in versions.values_list("storage_key", "renditions").iterator(chunk_size=2000):
        found.add(key)
        found.update(rendition["key"] for rendition in renditions.values())
    return found


def _upload_of(key: str) -> UUID | None:
    try:
        return UUID(key.split("/")[-2])
    except ValueError:
        return None
