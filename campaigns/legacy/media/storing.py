"""Pictures of a dump become assets: each distinct content once for the whole organization."""

import io
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from campaigns.legacy.media.pictures import WantedPicture
from campaigns.legacy.models import LegacyIdentity
from campaigns.legacy.pictures import picture_bytes
from catalog.assets.storing import store_file
from catalog.models import Asset, AssetVersion
from kernel.errors import Invalid, TooLarge
from kernel.tenancy.context import current_organization
from tenants.access.limits import lock_until_commit

PICTURE: Final = "picture"
MOST_AT_ONCE: Final = 8
MOST_BYTES_AT_ONCE: Final = 2 << 20


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a picture of the dump is now. `pinned` is the version to link, None where the asset shows it anyway."""

    asset_id: UUID
    pinned: UUID | None


@dataclass(frozen=True, slots=True)
class For:
    """Whom pictures are stored for: the import they are from, its source, and the account that will own them."""

    batch_id: UUID
    source: str
    owner_id: UUID


def stored_pictures(source: str, digests: Collection[str]) -> dict[str, Stored]:
    """Return where these pictures are, by digest; those that are not, or no longer, anywhere are left out."""
    known = _known(source, digests)
    versions = AssetVersion.objects.select_related("asset").in_bulk(set(known.values()))
    found = {}
    for digest, version_id in known.items():
        version = versions.get(version_id)
        if version is not None:
            is_shown = version.asset.current_id == version.pk
            found[digest] = Stored(version.asset_id, None if is_shown else version.pk)
    return found


def not_yet_stored(source: str, wanted: Iterable[WantedPicture]) -> list[WantedPicture]:
    """Return those of `wanted` that no import of this source has stored, each once."""
    each = {found.sha256: found for found in reversed(list(wanted))}
    known = _known(source, each)
    return sorted(
        (found for digest, found in reversed(each.items()) if digest not in known), key=lambda found: bool(found.parent)
    )


def few_at_a_time(wanted: Iterable[WantedPicture]) -> Iterator[list[WantedPicture]]:
    """Group pictures for one transaction each: storing goes on as long as it is open."""
    some: list[WantedPicture] = []
    size = 0
    for picture in wanted:
        some.append(picture)
        size += len(picture.address)
        if len(some) >= MOST_AT_ONCE or size >= MOST_BYTES_AT_ONCE:
            yield some
            some, size = [], 0
    if some:
        yield some


def store_pictures(wanted: Iterable[WantedPicture], whom: For) -> tuple[dict[str, int], dict[str, str]]:
    """Store pictures in the open transaction; return what was made (assets, versions) and, by digest, what was refused.

    A content that an asset of the organization has already is not stored again.
    """
    # Two browsers' imports may run at once, and hold the same picture.
    lock_until_commit(f"pictures:{current_organization().id}")
    made = {"assets": 0, "versions": 0}
    refused: dict[str, str] = {}
    for picture in wanted:
        version = _there(picture.sha256)
        if version is None:
            try:
                version, kind = _store(picture, whom)
            except (Invalid, TooLarge) as error:
                refused[picture.sha256] = error.code
                continue
            made[kind] += 1
        LegacyIdentity.objects.create(
            source=whom.source,
            kind=PICTURE,
            legacy_id=picture.sha256,
            content_hash="",
            object_id=version.pk,
            batch_id=whom.batch_id,
        )
    return made, refused


def _store(picture: WantedPicture, whom: For) -> tuple[AssetVersion, str]:
    content = io.BytesIO(picture_bytes(picture.address))
    parent = _parent(picture, whom.source)
    if parent is not None:
        done = store_file(
            owner_id=whom.owner_id,
            content=content,
            file_name=picture.file_name,
            asset=parent,
            make_current=picture.is_active,
            note=picture.note,
        )
        return done.version, "versions"
    done = store_file(
        owner_id=whom.owner_id,
        content=content,
        file_name=picture.file_name,
        note=picture.note,
        name=picture.name,
        alt=picture.alt,
        legacy_source=whom.source,
        legacy_id=f"{PICTURE}:{picture.sha256}",
    )
    return done.version, "assets"


def _parent(picture: WantedPicture, source: str) -> Asset | None:
    """Return the asset of the picture that this one is a background of, locked; a trashed one gets no versions."""
    if not picture.parent or picture.parent == picture.sha256:
        return None
    version_id = _known(source, [picture.parent]).get(picture.parent)
    assets = Asset.objects.select_for_update(no_key=True).filter(trashed_at=None, kind=Asset.Kind.IMAGE)
    return assets.filter(versions=version_id).first() if version_id else None


def _there(digest: str) -> AssetVersion | None:
    versions = AssetVersion.objects.filter(source_sha256=digest, asset__trashed_at=None)
    return versions.order_by("pk").first()


def _known(source: str, digests: Collection[str]) -> Mapping[str, UUID]:
    if not digests:
        return {}
    known = LegacyIdentity.objects.filter(source=source, kind=PICTURE, legacy_id__in=digests)
    return {digest: version for digest, version in known.values_list("legacy_id", "object_id") if version}
