"""What can be done with catalogs."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.attributes import check_schema, whole
from catalog.models import Catalog
from catalog.references import check_reference_version, find_reference, unique_names, write_reference
from catalog.rules import check_currency
from kernel.errors import Conflict, FieldError, Invalid
from kernel.ids import uuid7
from kernel.tenancy.context import Actor
from tenants.access.resolver import require, require_some

DEFINE = "catalog:define"
_EDITABLE = frozenset({"name", "currency", "attributes", "source", "is_default"})
_LONGEST_NAME = 120
_NAME_UNIQUE = "catalog_name_unique"


def create_catalog(*, actor: Actor, values: Mapping[str, Any], catalog_id: UUID | None = None) -> Catalog:
    """Create a catalog; the first one is the default. Raises Conflict for a taken name or id."""
    require(actor, DEFINE)
    wanted = {"is_default": False, **values}
    _check(wanted)
    _check_name_free(wanted["name"])
    if not Catalog.objects.filter(is_default=True).exists():
        wanted["is_default"] = True
    elif wanted["is_default"]:
        _end_default()
    with unique_names(_NAME_UNIQUE):
        made = Catalog.objects.create(id=catalog_id or uuid7(), **_stored(wanted))
    made.refresh_from_db()
    return made


def change_catalog(*, actor: Actor, catalog_id: UUID, version: int, changes: Mapping[str, Any]) -> Catalog:
    """Change fields of the catalog that is at `version`; changes that change nothing write nothing.

    Its products stay as they are, also where they do not fit new attributes (catalog.catalogs.queries.misfits_of).
    """
    catalog = _find(actor, catalog_id, version)
    _check({"name": catalog.name, "source": catalog.source, **changes}, was=catalog)
    wanted = _stored(changes)
    different = {name: value for name, value in wanted.items() if getattr(catalog, name) != value}
    if not different:
        return catalog
    if "name" in different and catalog.archived_at is None:
        _check_name_free(different["name"], but=[catalog.pk])
    if different.get("is_default"):
        _check_open(catalog)
        _end_default()
    with unique_names(_NAME_UNIQUE):
        return write_reference(catalog, version, different)


def archive_catalog(*, actor: Actor, catalog_id: UUID, version: int) -> Catalog:
    """Take no new products into it; those in it stay. Raises Conflict for the default one. Repeating does nothing."""
    catalog = _find(actor, catalog_id, version)
    if catalog.archived_at is not None:
        return catalog
    if catalog.is_default:
        detail = _("New products go to this catalog. Make another one the default first.")
        raise Conflict(detail, code="catalog_is_default")
    return write_reference(catalog, version, {"archived_at": timezone.now()})


def reopen_catalog(*, actor: Actor, catalog_id: UUID, version: int) -> Catalog:
    """Take it out of the archive. Raises Conflict where another one has its name; repeating changes nothing."""
    catalog = _find(actor, catalog_id, version)
    if catalog.archived_at is None:
        return catalog
    _check_name_free(catalog.name, but=[catalog.pk])
    with unique_names(_NAME_UNIQUE):
        return write_reference(catalog, version, {"archived_at": None})


def _find(actor: Actor, catalog_id: UUID, version: int) -> Catalog:
    require_some(actor, "catalog:view")
    catalog = find_reference(Catalog, catalog_id)
    require(actor, DEFINE)
    check_reference_version(catalog, version)
    return catalog


def _check(values: Mapping[str, Any], *, was: Catalog | None = None) -> None:
    errors = [
        FieldError(f"/{name}", "unknown_field", _("There is no such field."))
        for name in values
        if name not in _EDITABLE
    ]
    name = str(values.get("name", "")).strip()
    if not name:
        errors.append(FieldError("/name", "required", _("Give it a name.")))
    elif len(name) > _LONGEST_NAME:
        errors.append(
            FieldError("/name", "too_long", _("A name may have %(most)d characters.") % {"most": _LONGEST_NAME})
        )
    source = values.get("source", Catalog.Source.MANUAL)
    if source not in Catalog.Source.values or (source == Catalog.Source.LEGACY and (not was or was.source != source)):
        errors.append(FieldError("/source", "unknown_value", _("There is no such source.")))
    if was is not None and was.source == Catalog.Source.LEGACY and source != was.source:
        errors.append(FieldError("/source", "unknown_value", _("The import of the former application needs it.")))
    if was is not None and was.is_default and values.get("is_default") is False:
        errors.append(FieldError("/is_default", "required", _("Make another catalog the default instead.")))
    errors += check_currency(values)
    if errors:
        raise Invalid(errors=errors)
    if "attributes" in values:
        check_schema(values["attributes"])


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(values)
    if "name" in found:
        found["name"] = found["name"].strip()
    if "attributes" in found:
        found["attributes"] = whole(found["attributes"])
    return found


def _check_open(catalog: Catalog) -> None:
    if catalog.archived_at is not None:
        raise Conflict(_("This catalog is archived. Take it out of the archive first."), code="archived")


def _check_name_free(name: str, *, but: Collection[UUID] = ()) -> None:
    if Catalog.objects.filter(name__iexact=name.strip(), archived_at=None).exclude(pk__in=but).exists():
        raise Conflict(_("This name is taken."), code="name_taken")


def _end_default() -> None:
    """There is one default: the former one is changed like any other row, so that its readers notice."""
    former = Catalog.objects.select_for_update().filter(is_default=True).first()
    if former is not None:
        write_reference(former, former.row_version, {"is_default": False})
