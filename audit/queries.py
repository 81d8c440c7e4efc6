"""The questions about an organization's log, asked inside its scope."""

from dataclasses import asdict

from django.conf import settings
from django.db import models

from audit import reading
from audit.lines import Page
from audit.models import Entry
from audit.reading import Wanted
from kernel.http.cursor import DEFAULT_PAGE
from kernel.tenancy.context import Actor
from tenants.access.resolver import require, visible

ALL = Wanted()


def entries(*, actor: Actor, wanted: Wanted = ALL, cursor: str | None = None, limit: int = DEFAULT_PAGE) -> Page:
    """Return one page of what `actor` may read of the log: all of it, or their own doings.

    Raises NotAllowed for who may read nothing of it, Invalid for an unknown type of object or a limit out of range.
    """
    require(actor, "audit:view")
    rows = reading.narrowed(visible(actor, "audit:view", Entry), wanted, object_types())
    return reading.tenant_page(rows, name="audit", filters=asdict(wanted), cursor=cursor, limit=limit)


def history(obj: models.Model, *, cursor: str | None = None, limit: int = DEFAULT_PAGE) -> Page:
    """Return what happened to one object. The caller has found `obj` visible: who sees a thing sees its history."""
    rows = Entry.objects.get_for_object(obj)
    return reading.tenant_page(rows, name=f"history:{obj.pk}", filters={}, cursor=cursor, limit=limit)


def object_types() -> dict[str, type[models.Model]]:
    """Return what entries of an organization can be about, by the name that filters use."""
    return reading.types_in(settings.TENANT_APPS)
