"""What can be asked about labels. Every member sees them all: they are words, not work."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection

from catalog.models import Label
from catalog.references import find_reference, reference_page
from kernel.http.cursor import Page
from kernel.http.lists import Expansion
from kernel.tenancy.context import Actor
from tenants.access.models import Owned
from tenants.access.resolver import MEMBER, require_some


@dataclass(frozen=True, slots=True)
class LabelUse:
    """How many objects outside the trash carry a label, by kind ("campaign"); zeros are left out."""

    by_kind: Mapping[str, int]

    @property
    def total(self) -> int:
        """How many there are of all kinds."""
        return sum(self.by_kind.values())


def label_page(
    *,
    actor: Actor,
    archived: bool = False,
    text: str = "",
    sort: str | None = None,
    cursor: str | None = None,
    limit: int | None = None,
    count: bool = False,
) -> Page[Label]:
    """Return one page of the organization's labels, by name, in one query; `count` is a second one."""
    require_some(actor, MEMBER)
    return reference_page(
        Label, name="labels", archived=archived, text=text, sort=sort, cursor=cursor, limit=limit, count=count
    )


def label_detail(*, actor: Actor, label_id: UUID) -> Label:
    """Return the label, archived or not; NotFound where there is none."""
    require_some(actor, MEMBER)
    return find_reference(Label, label_id)


def labels_to_choose(*, actor: Actor) -> Sequence[Label]:
    """Return the labels that can be put on something, by name; one query."""
    require_some(actor, MEMBER)
    return list(Label.objects.filter(archived_at=None).order_by("name", "pk"))


def labels_by_id(*, actor: Actor, ids: Collection[UUID]) -> Mapping[UUID, Label]:
    """Return these labels, archived or not; one query, none without ids."""
    require_some(actor, MEMBER)
    return Label.objects.in_bulk(list(ids)) if ids else {}


def label_uses(*, actor: Actor, ids: Collection[UUID]) -> Mapping[UUID, LabelUse]:
    """Return how often each of these labels is used, whoever may see what carries it; one statement."""
    require_some(actor, MEMBER)
    if not ids:
        return {}
    found: dict[UUID, dict[str, int]] = {label_id: {} for label_id in ids}
    tables = _carriers()
    parts = " UNION ALL ".join(
        f"SELECT l.id, '{kind}', count(*) FROM {table} t CROSS JOIN LATERAL unnest(t.label_ids) l (id)"
        " WHERE t.trashed_at IS NULL AND t.label_ids && %s::uuid[] AND l.id = ANY(%s::uuid[]) GROUP BY l.id"
        for kind, table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(parts, [list(ids), list(ids)] * len(tables))
        for label_id, kind, number in cursor.fetchall():
            found[label_id][kind] = number
    return {label_id: LabelUse(by_kind) for label_id, by_kind in found.items()}


def expand(*, actor: Actor, ids: Collection[UUID]) -> Mapping[UUID, Mapping[str, Any]]:
    """Return name and colour of these labels, for `expand`; one statement."""
    found = labels_by_id(actor=actor, ids=ids)
    return {pk: {"id": pk, "name": label.name, "colour": label.colour} for pk, label in found.items()}


LABELS = Expansion("label_ids", expand)


@cache
def _carriers() -> Sequence[tuple[str, str]]:
    """(kind, table) of everything that carries labels, whatever app it is in."""
    return sorted(
        (model.resource, connection.ops.quote_name(model._meta.db_table))
        for model in apps.get_models()
        if issubclass(model, Owned) and any(field.name == "label_ids" for field in model._meta.concrete_fields)
    )
