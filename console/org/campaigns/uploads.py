"""Pictures that come with a form, instead of through the uploader of the library."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from catalog.assets.queries import AssetFilters, asset_page, assets_shown
from catalog.assets.uploads import append_chunk, complete_upload, start_upload
from catalog.models import Asset
from console.org.campaigns.creative_forms import WordsForm
from console.org.campaigns.pictures import thumb_of
from kernel.errors import Conflict, Invalid, LimitReached, TooLarge
from kernel.tenancy.context import Actor
from tenants.access.resolver import may_some

OFFERED = 24
KINDS = ("image", "video")


def picture_choices(actor: Actor, q: str = "") -> list[dict[str, Any]]:
    """Return the newest pictures of the library that the person sees, as a grid shows them."""
    if not may_some(actor, "asset:view"):
        return []
    found = asset_page(actor=actor, filters=AssetFilters(kinds=KINDS, status="active", text=q), limit=OFFERED)
    return [_choice(asset) for asset in found.items]


def with_chosen(actor: Actor, choices: Sequence[dict[str, Any]], chosen: str) -> list[dict[str, Any]]:
    """Return `choices`, and before them the chosen picture where it is none of them and the person sees it."""
    if not chosen or chosen in {str(choice["id"]) for choice in choices}:
        return list(choices)
    return [*(_choice(asset) for asset in _one(actor, chosen).values()), *choices]


def offer(form: WordsForm, actor: Actor, choices: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Let the form's picture be one of `choices`, or another one that was found by its name; return what to show."""
    shown = with_chosen(actor, choices, str(form.data.get(form.add_prefix("asset_id")) or ""))
    form.offer_pictures([(str(choice["id"]), choice["name"]) for choice in shown])
    return shown


def take_in(actor: Actor, form: forms.Form, file: "UploadedFile[Any] | None") -> UUID | None:
    """Return the asset that a file becomes, or is already; None where it is refused, which the form then says."""
    if file is None:
        return None
    try:
        return _store(actor, file)
    except Conflict as refusal:
        known = refusal.extra.get("asset_id")
        if refusal.code == "already_exists" and known:
            return UUID(str(known))
        form.add_error("picture", str(refusal.detail))
    except (Invalid, TooLarge, LimitReached) as refusal:
        said = [found.message for found in refusal.errors] or [str(refusal.detail or refusal.title)]
        form.add_error("picture", said)
    return None


def _store(actor: Actor, file: "UploadedFile[Any]") -> UUID:
    upload = start_upload(actor=actor, file_name=file.name or "picture", size=file.size or 0)
    offset = 0
    while content := file.read(settings.MAX_CHUNK_BYTES):
        upload = append_chunk(actor=actor, upload_id=upload.pk, offset=offset, content=content)
        offset += len(content)
    return complete_upload(actor=actor, upload_id=upload.pk).version.asset_id


def _choice(asset: Asset) -> dict[str, Any]:
    return {"id": asset.pk, "name": asset.name, "thumb": thumb_of(asset.current)}


def _one(actor: Actor, typed: str) -> dict[UUID, Asset]:
    try:
        return dict(assets_shown(actor=actor, ids=[UUID(typed)]))
    except ValueError:
        return {}
