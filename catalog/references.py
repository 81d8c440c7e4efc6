"""What everybody's reference data does alike: be found, be changed from the version its author saw, keep its name."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models.reference import Reference
from kernel.errors import Conflict, NotFound, PreconditionFailed
from kernel.http.cursor import DEFAULT_PAGE, LARGEST_PAGE, Page, Sort, page
from kernel.http.lists import containing

SORTS: Mapping[str, Sort] = {"name": Sort(("name", "id")), "-name": Sort(("name", "id"), descending=True)}


def reference_page[M: Reference](
    model: type[M],
    *,
    name: str,
    archived: bool,
    text: str,
    sort: str | None,
    cursor: str | None,
    limit: int | None,
    count: bool,
) -> Page[M]:
    """Return one page of the rows in or out of the archive, by name, in one query; `count` is a second one."""
    rows = model._default_manager.filter(archived_at__isnull=not archived)
    words = containing(text, "name")
    rows = rows.filter(words) if words is not None else rows
    found = page(
        rows,
        name=name,
        filters={"archived": archived, "text": text or None},
        sort=sort or "name",
        sorts=SORTS,
        cursor=cursor,
        limit=max(1, min(limit or DEFAULT_PAGE, LARGEST_PAGE)),
    )
    return replace(found, total=rows.count()) if count else found


def find_reference[M: Reference](model: type[M], row_id: UUID) -> M:
    """Return the row, archived or not. Raises NotFound."""
    row = model._default_manager.filter(pk=row_id).first()
    if row is None:
        raise NotFound()
    return row


def check_reference_version(row: Reference, version: int) -> None:
    """Raise PreconditionFailed unless `row` is at `version`."""
    if row.row_version != version:
        raise PreconditionFailed(version=row.row_version)


def write_reference[M: Reference](row: M, version: int, values: Mapping[str, Any]) -> M:
    """Write `values` if the row is still at `version`, as one statement; return it as stored, at its next version.

    Raises PreconditionFailed when somebody was faster.
    """
    changed = {**values, "row_version": version + 1, "updated_at": timezone.now()}
    if not type(row)._default_manager.filter(pk=row.pk, row_version=version).update(**changed):
        raise PreconditionFailed()
    row.refresh_from_db()
    return row


@contextmanager
def unique_names(constraint: str) -> Iterator[None]:
    """Raise Conflict where the block gives a name that is taken, or an id."""
    try:
        yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
        if name == constraint:
            raise Conflict(_("This name is taken."), code="name_taken") from error
        if str(name).endswith("_pkey"):
            raise Conflict(_("An object with this id is there already."), code="id_taken") from error
        raise
