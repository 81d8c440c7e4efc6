"""What can be done with labels. Whoever may change campaigns or products somewhere may do it."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import Label
from catalog.references import check_reference_version, find_reference, unique_names, write_reference
from kernel.errors import Conflict, FieldError, Invalid
from kernel.ids import uuid7
from kernel.tenancy.context import Actor
from tenants.access.resolver import MEMBER, can, refusal, require_some

EDITORS = ("campaign:edit", "catalog:edit")
LONGEST_NAME = 60
_NAME_UNIQUE = "label_name_unique"


def may_keep_labels(actor: Actor) -> bool:
    """Whether `actor` may make, rename and archive labels: one of the rights to edit, however far it reaches."""
    return any(can(actor, action) for action in EDITORS)


def create_label(*, actor: Actor, values: Mapping[str, Any], label_id: UUID | None = None) -> Label:
    """Create a label. Raises Conflict where another one, archived or not, has its name in any case."""
    _require(actor)
    _check(values)
    _check_name_free(values["name"])
    with unique_names(_NAME_UNIQUE):
        made = Label.objects.create(id=label_id or uuid7(), **_stored(values))
    made.refresh_from_db()
    return made


def change_label(*, actor: Actor, label_id: UUID, version: int, changes: Mapping[str, Any]) -> Label:
    """Rename the label that is at `version`, or give it another colour; what carries it carries the new one."""
    label = _find(actor, label_id, version)
    _check({"name": label.name, **changes})
    different = {name: value for name, value in _stored(changes).items() if getattr(label, name) != value}
    if not different:
        return label
    if "name" in different:
        _check_name_free(different["name"], but=[label.pk])
    with unique_names(_NAME_UNIQUE):
        return write_reference(label, version, different)


def archive_label(*, actor: Actor, label_id: UUID, version: int) -> Label:
    """Offer the label no more; what carries it keeps it. Repeating changes nothing."""
    label = _find(actor, label_id, version)
    return label if label.archived_at else write_reference(label, version, {"archived_at": timezone.now()})


def reopen_label(*, actor: Actor, label_id: UUID, version: int) -> Label:
    """Offer the label again. Repeating changes nothing."""
    label = _find(actor, label_id, version)
    return write_reference(label, version, {"archived_at": None}) if label.archived_at else label


def _find(actor: Actor, label_id: UUID, version: int) -> Label:
    require_some(actor, MEMBER)
    label = find_reference(Label, label_id)
    _require(actor)
    check_reference_version(label, version)
    return label


def _require(actor: Actor) -> None:
    require_some(actor, MEMBER)
    if not may_keep_labels(actor):
        raise refusal(actor, EDITORS[0])


def _check(values: Mapping[str, Any]) -> None:
    errors = [
        FieldError(f"/{name}", "unknown_field", _("There is no such field."))
        for name in values
        if name not in ("name", "colour")
    ]
    name = " ".join(str(values.get("name", "")).split())
    if not name:
        errors.append(FieldError("/name", "required", _("Give it a name.")))
    elif len(name) > LONGEST_NAME:
        message = _("A name may have %(most)d characters.") % {"most": LONGEST_NAME}
        errors.append(FieldError("/name", "too_long", message))
    if values.get("colour", Label.Colour.GREY) not in Label.Colour.values:
        errors.append(FieldError("/colour", "unknown_value", _("There is no such colour.")))
    if errors:
        raise Invalid(errors=errors)


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(values)
    if "name" in found:
        found["name"] = " ".join(found["name"].split())
    return found


def _check_name_free(name: str, *, but: Collection[UUID] = ()) -> None:
    if Label.objects.filter(name__iexact=" ".join(name.split())).exclude(pk__in=but).exists():
        raise Conflict(_("This name is taken."), code="name_taken")
