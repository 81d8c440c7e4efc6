"""The questions about an organization's log, asked inside its scope."""

from uuid import UUID

from django.conf import settings
from django.db import models

from audit import reading
from audit.lines import Page
from audit.models import Entry
from audit.reading import Wanted
from kernel.tenancy.context import Actor
from tenants.access.resolver import require, visible

ALL = Wanted()


def entries(*, reader: Actor, wanted: Wanted = ALL, before: UUID | None = None, limit: int = 50) -> Page:
    """Return one page of what `reader` may read of the log: all of it, or their own doings.

    Raises NotAllowed for who may read nothing of it, Invalid for an unknown type of object or a limit out of range.
    """
    require(reader, "audit:view")
    rows = visible(reader, "audit:view", Entry)
    return reading.page(reading.narrowed(rows, wanted, object_types()), before=before, limit=limit)


def history(obj: models.Model, *, before: UUID | None = None, limit: int = 50) -> Page:
    """Return what happened to one object. The caller has found `obj` visible: who sees a thing sees its history."""
    return reading.page(Entry.objects.get_for_object(obj), before=before, limit=limit)


def object_types() -> dict[str, type[models.Model]]:
    """Return what entries of an organization can be about, by the name that filters use."""
    return reading.types_in(settings.TENANT_APPS)
