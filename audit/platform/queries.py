"""The questions about the operators' log, asked in a public scope; the operators' host alone asks them."""

from uuid import UUID

from django.conf import settings
from django.db import models

from audit import reading
from audit.lines import Page
from audit.platform.models import PlatformEntry
from audit.reading import Wanted

ALL = Wanted()


def entries(*, wanted: Wanted = ALL, before: UUID | None = None, limit: int = 50) -> Page:
    """Return one page of the operators' log; raise Invalid for an unknown type of object or a limit out of range."""
    rows = reading.narrowed(PlatformEntry.objects.all(), wanted, object_types())
    return reading.page(rows, before=before, limit=limit)


def history(obj: models.Model, *, before: UUID | None = None, limit: int = 50) -> Page:
    """Return what happened to one organization, person, plan or other public object."""
    return reading.page(PlatformEntry.objects.get_for_object(obj), before=before, limit=limit)


def object_types() -> dict[str, type[models.Model]]:
    """Return what entries of the platform can be about, by the name that filters use."""
    return reading.types_in(settings.SHARED_APPS)
