"""What becomes of a row: tried out for real, and taken back where it is a dry run. So the run does what was said."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.commands import create_product, number_taken, write_product
from catalog.files.values import Labels, fields_of, merged
from catalog.models import Product, ProductFile, ProductFileRow
from kernel.errors import DomainError, FieldError, NotAllowed
from kernel.tenancy.context import Actor
from tenants.access.models import LIVE
from tenants.access.resolver import can_many

Result = ProductFileRow.Result
# Why a row can't be read, whatever its columns mean.
READING: Mapping[str, Promise] = {
    "broken_row": gettext_lazy("This line is no JSON."),
    "not_object": gettext_lazy("This line is no JSON object."),
    "cells_extra": gettext_lazy("The row has more cells than the heading."),
    "nul_character": gettext_lazy("A text can't hold a NUL character."),
    "repeated_in_file": gettext_lazy("An earlier row of the file has the same number."),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a row; `code`, `field` and `message` say why one was rejected."""

    result: str
    product_id: UUID | None = None
    name: str = ""
    code: str = ""
    field: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class May:
    """Which of the products the person may see, and change."""

    view: Set[UUID]
    edit: Set[UUID]


def judge(
    *, actor: Actor, file: ProductFile, rows: Sequence[ProductFileRow], labels: Labels, write: bool
) -> list[Verdict]:
    """Return what becomes of each row; without `write` everything is as it was afterwards.

    Rows that change nothing cost nothing; the others are given to the same commands as single changes are. A row about
    a product that `actor` can't see is told no more than that its number is taken.
    """
    fields = [_fields(file, row, labels) for row in rows]
    there = _there(file, fields)
    products = list(there.values())
    may = May(*({found.pk for found in can_many(actor, f"catalog:{act}", products)} for act in ("view", "edit")))
    return [_one(actor, file, row, found, there, may, write=write) for row, found in zip(rows, fields, strict=True)]


def _one(
    actor: Actor,
    file: ProductFile,
    row: ProductFileRow,
    fields: dict[str, Any] | DomainError,
    there: Mapping[str, Product],
    may: May,
    *,
    write: bool,
) -> Verdict:
    if isinstance(fields, DomainError):
        return _rejected(fields, row.name)
    name = str(fields.get("name", ""))[:255]
    product = there.get(fields[file.match])
    if product is not None and product.pk not in may.view:
        return _rejected(number_taken(f"{file.match}_taken"), name)
    try:
        with transaction.atomic():
            if product is None:
                made = create_product(actor=actor, values=_given(fields) | {"catalog_id": file.catalog_id})
                verdict = Verdict(Result.CREATED, made.pk, made.name)
            else:
                verdict = _changed(actor, product, fields, may.edit)
            if not write:
                transaction.set_rollback(True)
    except DomainError as error:
        return _rejected(error, name, product.pk if product else None)
    return verdict if write or verdict.result != Result.CREATED else Verdict(Result.CREATED, None, verdict.name)


def _changed(actor: Actor, product: Product, fields: Mapping[str, Any], editable: Set[UUID]) -> Verdict:
    changes = merged(product, fields)
    different = {name: value for name, value in changes.items() if getattr(product, name) != value}
    if not different:
        return Verdict(Result.UNCHANGED, product.pk, product.name)
    if product.pk not in editable:
        raise NotAllowed(_("You may not change this product."))
    write_product(actor, product, different)
    return Verdict(Result.UPDATED, product.pk, str(changes.get("name", product.name)))


def _given(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What a new product is made of: what is empty is left to the defaults."""
    found = {name: value for name, value in fields.items() if value not in (None, "")}
    if "attributes" in found:
        found["attributes"] = {key: value for key, value in found["attributes"].items() if value not in (None, "")}
    return found


def _fields(file: ProductFile, row: ProductFileRow, labels: Labels) -> dict[str, Any] | DomainError:
    if row.code and row.code in READING:
        return DomainError(str(READING[row.code]), code=row.code)
    assert file.catalog is not None  # an import has one: productfile_import_has_catalog
    try:
        found = fields_of(row.cells, file.mapping, file.catalog, labels)
    except DomainError as error:
        return error
    if not found.get(file.match):
        message = _("The row is matched by this, so it can't be empty.")
        return DomainError(code="match_missing", errors=[FieldError(f"/{file.match}", "match_missing", message)])
    return found


def _there(file: ProductFile, fields: Sequence[dict[str, Any] | DomainError]) -> dict[str, Product]:
    """The products of the catalog that the rows are about, by what they are matched by; locked."""
    keys = [found[file.match] for found in fields if not isinstance(found, DomainError)]
    products = Product.objects.filter(LIVE, catalog=file.catalog, **{f"{file.match}__in": keys})
    rows = products.select_related("catalog").order_by("pk").select_for_update(no_key=True, of=("self",))
    return {getattr(product, file.match): product for product in rows}


def _rejected(error: DomainError, name: str, product_id: UUID | None = None) -> Verdict:
    if error.errors:
        first = error.errors[0]
        return Verdict(Result.REJECTED, product_id, name, first.code, first.pointer.lstrip("/"), first.message)
    return Verdict(Result.REJECTED, product_id, name, error.code, "", error.detail or str(error.title))
