"""Pages of a log, filtered, newest first; the same for an organization's log and the operators'."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _

from audit import names, words
from audit.entries import RecordedEntry, content_type_id
from audit.lines import Change, Line, Page
from kernel.errors import FieldError, Invalid
from kernel.http.cursor import LARGEST_PAGE, BadCursor, Sort, page
from kernel.recorder.declare import DECLARATIONS

BOOKKEEPING = frozenset({"row_version", "updated_at"})
"""Fields that every change changes; a reader learns nothing from them."""

_SORTS = {"newest": Sort(("id",), descending=True)}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader looks for; empty fields filter nothing. `since` is included, `until` is not.

    `person` is a part of a name or e-mail address, for those who don't know the id.
    """

    person: str = ""
    actor_id: UUID | None = None
    object_type: str = ""
    object_id: str = ""
    since: datetime | None = None
    until: datetime | None = None
    request_id: str = ""
    event: str = ""


def platform_page(rows: "models.QuerySet[Any]", *, cursor: str | None, limit: int) -> Page:
    """Return one page of public entries; the cursor is the last entry's id, since no organization owns it."""
    if cursor is not None:
        rows = rows.filter(pk__lt=_position(cursor))
    found = list(rows.order_by("-id")[: _checked(limit) + 1])
    shown = found[:limit]
    return Page(tuple(lines(shown)), str(shown[-1].pk) if len(found) > limit else None)


def tenant_page(
    rows: "models.QuerySet[Any]", *, name: str, filters: Mapping[str, Any], cursor: str | None, limit: int
) -> Page:
    """Return one page of an organization's entries; a cursor continues only the list that gave it out."""
    found = page(rows, name=name, filters=filters, sort="newest", sorts=_SORTS, cursor=cursor, limit=_checked(limit))
    return Page(tuple(lines(found.items)), found.next)


def narrowed[E: RecordedEntry](
    rows: "models.QuerySet[E]", wanted: Wanted, types: dict[str, type[models.Model]]
) -> "models.QuerySet[E]":
    """Return the `rows` that are wanted; raise Invalid for a type of object that `types` does not name."""
    if wanted.actor_id is not None:
        rows = rows.filter(actor_id=wanted.actor_id)
    if wanted.person:
        rows = rows.filter(actor_id__in=names.people_like(wanted.person))
    if wanted.object_type:
        rows = rows.filter(content_type_id=content_type_id(_type(wanted.object_type, types)))
    if wanted.object_id:
        rows = rows.filter(object_pk=wanted.object_id)
    if wanted.since is not None:
        rows = rows.filter(pk__gte=first_id(wanted.since))
    if wanted.until is not None:
        rows = rows.filter(pk__lt=first_id(wanted.until))
    if wanted.request_id:
        rows = rows.filter(cid=wanted.request_id)
    if wanted.event:
        rows = rows.filter(event=wanted.event)
    return rows


def types_in(app_names: Iterable[str]) -> dict[str, type[models.Model]]:
    """Return what entries of some apps can be about, by the name that filters and answers use."""
    chosen = set(app_names)
    return {
        str(model._meta.model_name): model
        for model, declared in DECLARATIONS.items()
        if not declared.read_only and apps.get_app_config(model._meta.app_label).name in chosen
    }


def first_id(moment: datetime) -> UUID:
    """Return the least UUIDv7 of `moment`: ids order by time, so a range of time is a range of ids."""
    elapsed = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    milliseconds = -(-elapsed // timedelta(milliseconds=1))
    return UUID(int=max(milliseconds, 0) << 80 | 0x7 << 76 | 0b10 << 62)


def lines(entries: list[Any]) -> Iterator[Line]:
    """Yield entries as readers see them."""
    known = names.of(entries)
    for entry in entries:
        entry.names = known
        yield Line(
            id=entry.pk,
            at=entry.timestamp,
            actor_name=entry.actor_name or _nobody(entry),
            actor_email=entry.actor_email or "",
            actor_id=entry.actor_id,
            actor_kind=_kind(entry),
            event=entry.event,
            verb=words.verb(entry.event),
            source=words.source(entry.source),
            source_code=entry.source,
            object_type=words.object_type(entry.content_type),
            object_type_code=entry.content_type.model if entry.content_type else "",
            object_id=entry.object_pk,
            object_name=names.object_name(entry, known),
            changes=tuple(_changes(entry)),
            recorded=entry.changes or {},
            data=entry.additional_data,
            request_id=entry.cid or "",
            job_id=entry.job_id,
            token_id=entry.token_id,
            reason=entry.reason,
        )


def _changes(entry: RecordedEntry) -> Iterator[Change]:
    """Yield the changed fields in the model's order, a document part by part.

    The row's own ids and its bookkeeping are left out; `recorded` holds them all.
    """
    model = entry.content_type.model_class() if entry.content_type else None
    recorded: dict[str, list[Any]] = entry.changes or {}
    if model is None:
        return
    displayed = entry.changes_display_dict
    for name in sorted(recorded.keys() - BOOKKEEPING, key=_place_in(model)):
        old, new = recorded[name]
        field = _field(model, name)
        label = words.field(field, name)
        if isinstance(field, models.JSONField):
            yield from _parts(name, label, old, new)
        elif field is None:
            yield Change(name, label, words.part(old), words.part(new))
        elif field.is_relation or not isinstance(field, models.UUIDField):
            shown = displayed[field.verbose_name]
            before, after = (words.value(field, *pair) for pair in zip((old, new), shown, strict=True))
            yield Change(name, label, before, after)


def _parts(name: str, label: str, old: Any, new: Any) -> Iterator[Change]:
    before, after = words.document(old), words.document(new)
    for key in [*before, *(key for key in after if key not in before)]:
        if key not in before or key not in after or not words.same(before[key], after[key]):
            place = f"{label}: {words.part(key)}" if key else label
            yield Change(name, place, words.part(before.get(key)), words.part(after.get(key)))


def _kind(entry: RecordedEntry) -> str:
    if entry.source == "sql":
        return "outside"
    if entry.token_id is not None:
        return "token"
    if entry.actor_id is None:
        return "system"
    return "operator" if entry.source == "operator" else "person"


def _nobody(entry: RecordedEntry) -> str:
    if entry.source == "sql":
        return _("Database user %(name)s") % {"name": entry.db_user}
    return _("Somebody who was not signed in")


def _checked(limit: int) -> int:
    if not 1 <= limit <= LARGEST_PAGE:
        message = _("The limit must be between 1 and %(most)d.") % {"most": LARGEST_PAGE}
        raise Invalid(errors=[FieldError("?limit", "out_of_range", message)])
    return limit


def _position(cursor: str) -> UUID:
    try:
        return UUID(cursor)
    except ValueError as error:
        raise BadCursor() from error


def _type(name: str, types: dict[str, type[models.Model]]) -> type[models.Model]:
    if name not in types:
        message = _("%(name)s is no type of object; known are %(types)s.") % {
            "name": name,
            "types": ", ".join(sorted(types)),
        }
        raise Invalid(errors=[FieldError("?object_type", "unknown_value", message)])
    return types[name]


def _place_in(model: type[models.Model]) -> Any:
    order = {field.name: place for place, field in enumerate(model._meta.concrete_fields)}
    return lambda name: (order.get(name, len(order)), name)


def _field(model: type[models.Model], name: str) -> "models.Field[Any, Any] | None":
    try:
        found = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return found if isinstance(found, models.Field) else None
