"""How a file comes in: announced, sent in chunks that are on disk before they are acknowledged, then completed.

A connection that breaks costs the chunk that was on its way. What is never completed is swept after a day.
"""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import dependents
from catalog.assets import rules
from catalog.assets.content import Prepared, keep, prepare, type_of
from catalog.assets.queries import stored_bytes
from catalog.assets.sweep import UPLOADS, plan_sweep
from catalog.models import Asset, AssetVersion, Upload
from kernel.errors import Conflict, FieldError, Invalid, NotFound, TooLarge
from kernel.storage import asset_files, tenant_folder
from kernel.tenancy.context import Actor, TenantLike, current_organization
from tenants.access.limits import reserve
from tenants.access.owned import check_not_trashed, create_owned, write_version
from tenants.access.resolver import find, require, require_some, visible

LASTS = timedelta(hours=24)
MOST_OPEN = 200


@dataclass(frozen=True, slots=True)
class Completed:
    """What came of an upload: a version, made by it or there already."""

    version: AssetVersion
    created: bool


def start_upload(
    *,
    actor: Actor,
    file_name: str,
    size: int,
    asset_id: UUID | None = None,
    name: str = "",
    sha256: str = "",
    allow_duplicate: bool = False,
) -> Upload:
    """Announce a file of `size` bytes: a new asset, or the next version of the one named.

    Its bytes count as stored from now on. With `sha256` the file is checked when it is complete, and one that is there
    already is refused at once. Raises TooLarge, LimitReached, and Conflict for too many uploads at once.
    """
    if asset_id is not None:
        check_not_trashed(find(actor, "asset:upload", Asset, asset_id))
    else:
        require(actor, "asset:upload")
    owner_id = _person(actor)
    rules.check_size(size, max(settings.MAX_ASSET_BYTES.values()))
    if Upload.objects.filter(owner_id=owner_id, state=Upload.State.RECEIVING).count() >= MOST_OPEN:
        raise Conflict(_("Complete or discard some of your uploads first."), code="too_many_uploads")
    if sha256 and not allow_duplicate:
        _check_new(actor, asset_id, sha256)
    reserve("storage_mb", stored_bytes, adding=size, unit=rules.MEGABYTE)
    expires_at = timezone.now() + LASTS
    plan_sweep(expires_at)
    return Upload.objects.create(
        owner_id=owner_id,
        asset_id=asset_id,
        name=name,
        file_name=rules.plain_file_name(file_name),
        size=size,
        sha256=sha256,
        expires_at=expires_at,
    )


def append_chunk(*, actor: Actor, upload_id: UUID, offset: int, content: bytes) -> Upload:
    """Add the next bytes; they are on disk before this returns.

    Raises Conflict, with the offset to go on from, unless `offset` is it. The first chunk tells what the file is, so
    what can't be an asset is refused with it.
    """
    upload = _receiving(actor, upload_id)
    if offset != upload.received:
        raise Conflict(_("Go on from the offset that is named."), code="offset_mismatch", offset=upload.received)
    _check_chunk(upload, content)
    if not offset:
        rules.check_size(upload.size, rules.most_bytes(type_of(content)), "/size")
    asset_files().save(_chunk_key(current_organization(), upload.pk, len(upload.parts)), ContentFile(content))
    upload.parts = [*upload.parts, len(content)]
    upload.received += len(content)
    upload.save(update_fields=["parts", "received"])
    return upload


def complete_upload(
    *,
    actor: Actor,
    upload_id: UUID,
    note: str = "",
    make_current: bool = False,
    allow_duplicate: bool = False,
    values: Mapping[str, Any] | None = None,
) -> Completed:
    """Make a version of what has come in; the first one of an asset is its current one, others if `make_current`.

    `values` are fields of a new asset. The file that the asset has already makes no new version. Raises Conflict, with
    the asset's id, for a file that another asset has, unless `allow_duplicate`; and what prepare() raises. Completing
    again answers the same version.
    """
    upload = _own(actor, upload_id)
    if upload.version is not None:
        return Completed(upload.version, created=False)
    if upload.received != upload.size:
        raise Conflict(_("Some of the file is still missing."), code="upload_incomplete", offset=upload.received)
    asset = _target(actor, upload.asset_id)
    with tempfile.TemporaryFile() as file:
        _assemble(upload, file)
        prepared = prepare(file)
        if upload.sha256 not in ("", prepared.source_sha256):
            message = _("The file is another one than was announced.")
            raise Invalid(
                message, code="checksum_mismatch", errors=[FieldError("/sha256", "checksum_mismatch", message)]
            )
        done = _place(actor, upload, asset, prepared, note, make_current, allow_duplicate, values or {})
    upload.state, upload.version = Upload.State.COMPLETED, done.version
    upload.save(update_fields=["state", "version"])
    reserve("storage_mb", stored_bytes, adding=0, unit=rules.MEGABYTE)
    _drop_chunks(upload)
    return done


def discard_upload(*, actor: Actor, upload_id: UUID) -> None:
    """Forget the upload and what has come in; a version made of it stays."""
    upload = _own(actor, upload_id)
    _drop_chunks(upload)
    upload.delete()


def upload_detail(*, actor: Actor, upload_id: UUID) -> Upload:
    """Return an upload of `actor`'s own; `received` is the offset to go on from."""
    require_some(actor, "asset:upload")
    upload = Upload.objects.filter(pk=upload_id, owner_id=_person(actor), expires_at__gt=timezone.now()).first()
    if upload is None:
        raise NotFound()
    return upload


def add_version(asset: Asset, prepared: Prepared, *, file_name: str, note: str, author: UUID | None) -> AssetVersion:
    """Store a prepared file as the next version of an asset whose row the caller has locked or just made."""
    last = asset.versions.aggregate(last=Max("n"))["last"] or 0
    return AssetVersion.objects.create(
        asset=asset,
        n=last + 1,
        file_name=rules.plain_file_name(file_name),
        note=note,
        created_by_id=author,
        created_at=timezone.now(),
        **keep(prepared),
    )


def same_content(prepared: Prepared) -> Q:
    """Return the condition that a version has this content: as it was sent, or as it is kept."""
    return Q(sha256=prepared.sha256) | Q(source_sha256=prepared.source_sha256)


def _place(
    actor: Actor,
    upload: Upload,
    asset: Asset | None,
    prepared: Prepared,
    note: str,
    make_current: bool,
    allow_duplicate: bool,
    values: Mapping[str, Any],
) -> Completed:
    if asset is not None:
        there = asset.versions.filter(same_content(prepared)).order_by("n").first()
        if there is not None:
            return Completed(there, created=False)
        if asset.kind != prepared.type.kind:
            message = _("This asset is of another kind; upload the file as a new asset.")
            raise Invalid(message, code="other_kind", errors=[FieldError("/file", "other_kind", message)])
    if not allow_duplicate:
        _check_new(actor, upload.asset_id, prepared.source_sha256, prepared.sha256)
    if asset is None:
        named = {"name": upload.name or rules.name_of(upload.file_name), "kind": prepared.type.kind, **values}
        asset = create_owned(Asset, actor=actor, row_id=None, values=named)
    version = add_version(asset, prepared, file_name=upload.file_name, note=note, author=actor.user_id)
    if version.n == 1:
        Asset.objects.filter(pk=asset.pk).update(current=version)
    else:
        write_version(asset, asset.row_version, {"current_id": version.pk} if make_current else {})
    dependents.changed(Asset, [asset.pk])
    return Completed(version, created=True)


def _check_new(actor: Actor, asset_id: UUID | None, *digests: str) -> None:
    """Raise Conflict where an asset that `actor` may see, another than `asset_id`, has this content."""
    others = visible(actor, "asset:view", Asset).filter(trashed_at=None)
    others = others.exclude(pk=asset_id) if asset_id else others
    content = Q(sha256__in=digests) | Q(source_sha256__in=digests)
    found = AssetVersion.objects.filter(content, asset__in=others).select_related("asset").order_by("pk").first()
    if found is not None:
        raise Conflict(
            _("%(name)s has this very file already.") % {"name": found.asset.name},
            code="already_exists",
            asset_id=str(found.asset_id),
            version=found.n,
        )


def _target(actor: Actor, asset_id: UUID | None) -> Asset | None:
    """The asset that gets the version; locked, so that its versions are numbered one after the other."""
    if asset_id is None:
        require(actor, "asset:upload")
        return None
    find(actor, "asset:upload", Asset, asset_id)
    asset = Asset.objects.select_for_update(no_key=True).get(pk=asset_id)
    check_not_trashed(asset)
    return asset


def _person(actor: Actor) -> UUID:
    if actor.user_id is None:
        raise TypeError("Only people upload; see store_file() for what the product itself stores.")
    return actor.user_id


def _own(actor: Actor, upload_id: UUID) -> Upload:
    require_some(actor, "asset:upload")
    own = Upload.objects.filter(owner_id=_person(actor), expires_at__gt=timezone.now())
    upload = own.select_for_update(of=("self",)).select_related("version").filter(pk=upload_id).first()
    if upload is None:
        raise NotFound()
    return upload


def _receiving(actor: Actor, upload_id: UUID) -> Upload:
    upload = _own(actor, upload_id)
    if upload.state != Upload.State.RECEIVING:
        raise Conflict(_("This upload is complete."), code="upload_completed")
    return upload


def _check_chunk(upload: Upload, content: bytes) -> None:
    size, end = len(content), upload.received + len(content)
    if size > settings.MAX_CHUNK_BYTES:
        raise TooLarge(_("Send less at once."), maximum=settings.MAX_CHUNK_BYTES)
    if end > upload.size:
        message = _("This is more than was announced.")
        raise Invalid(message, code="beyond_size", errors=[FieldError("/file", "beyond_size", message)])
    if size < rules.SMALLEST_CHUNK and end < upload.size:
        message = _("Send at least %(count)d bytes at once, but for the end.") % {"count": rules.SMALLEST_CHUNK}
        raise Invalid(message, code="chunk_too_small", errors=[FieldError("/file", "chunk_too_small", message)])


def _assemble(upload: Upload, file: IO[bytes]) -> None:
    files, organization = asset_files(), current_organization()
    for place, size in enumerate(upload.parts):
        for block in files.stream(_chunk_key(organization, upload.pk, place), 0, size):
            file.write(block)


def _drop_chunks(upload: Upload) -> None:
    """Remove the chunks once it is certain that they are needed no more; what this misses, the sweep finds."""
    organization = current_organization()
    keys = [_chunk_key(organization, upload.pk, place) for place in range(len(upload.parts))]
    transaction.on_commit(partial(_delete, keys), robust=True)


def _delete(keys: list[str]) -> None:
    for key in keys:
        asset_files().delete(key)


def _chunk_key(organization: TenantLike, upload_id: UUID, place: int) -> str:
    return f"{tenant_folder(organization)}/{UPLOADS}/{upload_id}/{place:05}"
