"""What can be asked about catalogs."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models

from catalog.attributes import check_schema, misfits, whole
from catalog.models import Catalog, Product
from catalog.references import find_reference, reference_page
from kernel.errors import FieldError
from kernel.http.cursor import Page
from kernel.http.lists import Expansion
from kernel.tenancy.context import Actor
from tenants.access.models import LIVE
from tenants.access.resolver import require, require_some, visible

_EXAMPLES = 20
_LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class Example:
    """A product that would not fit, as far as the asker may see it."""

    id: UUID
    name: str
    errors: Sequence[FieldError]


@dataclass(frozen=True, slots=True)
class Misfits:
    """How many products of a catalog there are, how many would not fit, and where: by (pointer, code)."""

    products: int
    misfits: int
    by_attribute: Mapping[tuple[str, str], int]
    examples: Sequence[Example]


def catalog_page(
    *,
    actor: Actor,
    archived: bool = False,
    text: str = "",
    sort: str | None = None,
    cursor: str | None = None,
    limit: int | None = None,
    count: bool = False,
) -> Page[Catalog]:
    """Return one page of the organization's catalogs, by name, in one query; `count` is a second one."""
    require_some(actor, "catalog:view")
    return reference_page(
        Catalog, name="catalogs", archived=archived, text=text, sort=sort, cursor=cursor, limit=limit, count=count
    )


def catalog_detail(*, actor: Actor, catalog_id: UUID) -> Catalog:
    """Return the catalog, archived or not; NotFound where there is none."""
    require_some(actor, "catalog:view")
    return find_reference(Catalog, catalog_id)


def open_catalogs(*, actor: Actor) -> Sequence[Catalog]:
    """Return the catalogs that take new products, the default first, then by name; one query."""
    require_some(actor, "catalog:view")
    return list(Catalog.objects.filter(archived_at=None).order_by("-is_default", "name", "pk"))


def products_by_catalog(*, actor: Actor) -> Mapping[UUID, int]:
    """Return how many products outside the trash `actor` may see in each catalog; one query."""
    require_some(actor, "catalog:view")
    rows = visible(actor, "catalog:view", Product).filter(LIVE).order_by().values("catalog_id")
    return {row["catalog_id"]: row["n"] for row in rows.annotate(n=models.Count("pk"))}


def misfits_of(*, actor: Actor, catalog_id: UUID, attributes: Any) -> Misfits:
    """Return which of the catalog's products would not fit `attributes`, a schema; nothing is changed by asking.

    The counts are about products that `actor` may not see too, so it is for those who define catalogs.
    """
    catalog = catalog_detail(actor=actor, catalog_id=catalog_id)
    require(actor, "catalog:define")
    check_schema(attributes)
    schema = whole(attributes)
    total, misfit = 0, 0
    places: Counter[tuple[str, str]] = Counter()
    wrong: dict[UUID, Example] = {}
    rows = Product.objects.filter(LIVE, catalog=catalog).order_by("name", "pk").values_list("pk", "name", "attributes")
    for pk, name, values in rows.iterator(chunk_size=2000):
        total += 1
        errors = misfits(schema, values)
        if not errors:
            continue
        misfit += 1
        places.update((error.pointer, error.code) for error in errors)
        if len(wrong) < _LOOKED_AT:
            wrong[pk] = Example(pk, name, errors)
    seen = visible(actor, "catalog:view", Product).filter(pk__in=wrong).order_by("name", "pk") if wrong else ()
    examples = [wrong[row.pk] for row in seen[:_EXAMPLES]]
    return Misfits(total, misfit, dict(places.most_common()), examples)


def expand(*, actor: Actor, ids: Collection[UUID]) -> Mapping[UUID, Mapping[str, Any]]:
    """Return the names of these catalogs, for `expand`; one statement."""
    rows = Catalog.objects.filter(pk__in=ids).values_list("pk", "name")
    return {pk: {"id": pk, "name": name} for pk, name in rows}


CATALOG = Expansion("catalog_id", expand)
