"""A person's own drafts; nobody else sees them, whatever their role."""

from datetime import timedelta
from uuid import UUID

from django.db import models
from django.utils import timezone

from campaigns.drafts.kinds import NEW, of_nothing, version_seen
from campaigns.models import Draft
from kernel.errors import NotFound
from kernel.http.cursor import Page, Sort, page
from kernel.tenancy.context import Actor
from tenants.access.resolver import MEMBER, require_some
from tenants.actors import user_id_of

KEPT = timedelta(days=30)
SORTS = {"-saved_at": Sort(("saved_at", "id"), descending=True)}


def draft_page(*, actor: Actor, kind: str | None, key: str | None, cursor: str | None, limit: int) -> Page[Draft]:
    """Return one page of the drafts of `actor` without their bodies, the last written first, in one query.

    `key` "new" means all about objects that are not there yet. Drafts about objects in the trash are left out.
    """
    require_some(actor, MEMBER)
    rows = _own(actor).exclude(of_nothing()).defer("body")
    if kind is not None:
        rows = rows.filter(kind=kind)
    if key is not None:
        rows = rows.filter(key__startswith=NEW) if key == "new" else rows.filter(key=key)
    filters = {"kind": kind, "key": key}
    return page(rows, name="drafts", filters=filters, sort="-saved_at", sorts=SORTS, cursor=cursor, limit=limit)


def draft_detail(*, actor: Actor, kind: str, key: str, device: UUID | None = None) -> tuple[Draft, int | None]:
    """Return what `actor` typed last about the object, on `device` or on any, and the object's version now.

    Raises NotFound where there is none, or where they may not see the object (any more).
    """
    version = version_seen(actor, kind, key)
    rows = _own(actor).filter(kind=kind, key=key)
    found = (rows if device is None else rows.filter(device=device)).order_by("-saved_at", "-id").first()
    if found is None:
        raise NotFound()
    return found, version


def _own(actor: Actor) -> models.QuerySet[Draft]:
    return Draft.objects.filter(user_id=user_id_of(actor), saved_at__gt=timezone.now() - KEPT)
