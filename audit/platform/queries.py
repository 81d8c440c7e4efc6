"""The questions about the operators' log, asked in a public scope; the operators' host alone asks them."""

from django.conf import settings
from django.db import models

from audit import reading
from audit.lines import Page
from audit.platform.models import PlatformEntry
from audit.reading import Wanted
from kernel.http.cursor import DEFAULT_PAGE

ALL = Wanted()


def entries(*, wanted: Wanted = ALL, cursor: str | None = None, limit: int = DEFAULT_PAGE) -> Page:
    """Return one page of the operators' log; raise Invalid for an unknown type of object or a limit out of range."""
    rows = reading.narrowed(PlatformEntry.objects.all(), wanted, object_types())
    return reading.platform_page(rows, cursor=cursor, limit=limit)


def history(obj: models.Model, *, cursor: str | None = None, limit: int = DEFAULT_PAGE) -> Page:
    """Return what happened to one organization, person, plan or other public object."""
    return reading.platform_page(PlatformEntry.objects.get_for_object(obj), cursor=cursor, limit=limit)


def object_types() -> dict[str, type[models.Model]]:
    """Return what entries of the platform can be about, by the name that filters use."""
    return reading.types_in(settings.SHARED_APPS)
