"""Drafts are written over and over, and never a version of anything: the last write of a device counts."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone

from campaigns.drafts.kinds import object_id_of, version_seen
from campaigns.drafts.pruning import prune_later
from campaigns.models import Draft
from kernel.tenancy.context import Actor
from tenants.access.resolver import MEMBER, require_some
from tenants.actors import user_id_of

MOST = 200


def put_draft(
    *, actor: Actor, kind: str, key: str, device: UUID, base_version: int | None, body: Mapping[str, Any]
) -> tuple[Draft, int | None]:
    """Keep what `actor` has typed about the object on this device, in place of what was kept before.

    Returns it with the object's version now, which tells whether somebody saved meanwhile. A person keeps at most
    MOST drafts; the oldest makes room. Raises as version_seen().
    """
    version = version_seen(actor, kind, key)
    where = {"user_id": user_id_of(actor), "kind": kind, "key": key, "device": device}
    now = timezone.now()
    written = {"base_version": base_version, "body": body, "saved_at": now}
    # What nearly every call does: a person types for a while, and each write but the first replaces one.
    if not Draft.objects.filter(**where).update(**written):
        _begin(Draft(**where, **written, object_id=object_id_of(kind, key), created_at=now))
    return Draft(**where, **written), version


def discard_draft(*, actor: Actor, kind: str, key: str, device: UUID | None = None) -> int:
    """Throw away what `actor` has typed about the object, on `device` or on all; return how many drafts there were."""
    require_some(actor, MEMBER)
    rows = Draft.objects.filter(user_id=user_id_of(actor), kind=kind, key=key)
    deleted, _by_model = (rows if device is None else rows.filter(device=device)).delete()
    return deleted


def _begin(draft: Draft) -> None:
    Draft.objects.bulk_create(
        [draft],
        update_conflicts=True,
        unique_fields=["user", "kind", "key", "device"],
        update_fields=["base_version", "body", "saved_at"],
    )
    kept = Draft.objects.filter(user_id=draft.user_id).order_by("-saved_at", "-id")
    Draft.objects.filter(pk__in=list(kept.values_list("pk", flat=True)[MOST : 2 * MOST])).delete()
    prune_later()
