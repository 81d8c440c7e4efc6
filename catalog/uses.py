"""Where a product is used, whatever app uses it: the rows that refer to it, seen through Django's relations.

A row that goes with another one (its foreign key cascades) is a part of it: a creative's link to a product is a use by
the creative's campaign. What is in the trash uses nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _

from catalog.models import Product
from kernel.errors import Conflict
from kernel.tenancy.context import Actor
from tenants.access.models import Owned
from tenants.access.resolver import visible


@dataclass(frozen=True, slots=True)
class Use:
    """What uses a product: `kind` is its resource ("campaign")."""

    kind: str
    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Uses:
    """Who uses a product: what the asker may see by name, and how many others there are."""

    seen: Sequence[Use]
    hidden: int

    def __bool__(self) -> bool:
        return bool(self.seen) or self.hidden > 0


@dataclass(frozen=True, slots=True)
class _Way:
    """From a referring model to the object it is a part of; `path` is empty for that object itself."""

    model: type[models.Model]
    field: str
    owner: type[Owned]
    path: str
    live: models.Q


def uses_of(actor: Actor, product: Product) -> Uses:
    """Return what uses the product outside the trash, each once; two statements for each kind of user."""
    seen: list[Use] = []
    hidden = 0
    for owner, ways in _by_owner().items():
        ids = _users(ways, product)
        if not ids:
            continue
        shown = visible(actor, f"{owner.resource}:view", owner).filter(pk__in=ids).order_by("name", "pk")
        found = [Use(owner.resource, row.pk, str(row)) for row in shown]
        seen += found
        hidden += len(ids) - len(found)
    return Uses(seen, hidden)


def check_unused(actor: Actor, product: Product) -> None:
    """Raise Conflict, naming what uses it, where the product is used: then it can be archived, not trashed."""
    uses = uses_of(actor, product)
    if uses:
        raise Conflict(
            _("It is in use, so it can be archived but not put into the trash."),
            code="in_use",
            uses=[{"kind": use.kind, "id": str(use.id), "name": use.name} for use in uses.seen],
            hidden_uses=uses.hidden,
        )


def _users(ways: Sequence[_Way], product: Product) -> set[UUID]:
    found = [
        way.model._default_manager.filter(way.live, **{way.field: product.pk})
        .order_by()
        .values_list(way.path or "pk", flat=True)
        for way in ways
    ]
    return set(found[0].union(*found[1:]).order_by())


@cache
def _by_owner() -> dict[type[Owned], tuple[_Way, ...]]:
    found: dict[type[Owned], list[_Way]] = {}
    for way in _ways():
        found.setdefault(way.owner, []).append(way)
    return {owner: tuple(ways) for owner, ways in found.items()}


def _ways() -> Iterator[_Way]:
    for relation in Product._meta.related_objects:
        model = relation.related_model
        steps: list[str] = []
        live = models.Q()
        while model is not Product:
            if any(field.name == "trashed_at" for field in model._meta.concrete_fields):
                live &= models.Q(**{"__".join([*steps, "trashed_at"]): None})
            if issubclass(model, Owned):
                yield _Way(relation.related_model, relation.field.name, model, "__".join(steps), live)
                break
            parent = _whole(model)
            if parent is None:
                break
            steps.append(parent.name)
            model = parent.related_model


def _whole(model: type[models.Model]) -> "models.ForeignKey[models.Model, models.Model] | None":
    """What a row of `model` is a part of."""
    fields = [field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey)]
    return next((field for field in fields if field.remote_field.on_delete is models.CASCADE), None)
