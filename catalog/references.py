"""What everybody's reference data does alike: be found, be changed from the version its author saw, keep its name."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models.reference import Reference
from kernel.errors import Conflict, NotFound, PreconditionFailed


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
