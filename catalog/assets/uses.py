"""Where an asset is used, whatever app uses it, and what changes there when another version becomes the current one.

Seen through Django's relations: a model with a foreign key to Asset uses it, and one to AssetVersion beside it says
which version it is pinned to; without one it follows the current version. What such a row is a part of (its foreign
keys cascade) leads to the object that people know. What is in the trash uses nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _

from catalog.models import Asset, AssetTeamGrant, AssetUserGrant, AssetVersion, Upload
from kernel.errors import Conflict
from kernel.tenancy.context import Actor
from tenants.access.models import Owned
from tenants.access.resolver import visible

_OWN = frozenset({AssetVersion, Upload, AssetUserGrant, AssetTeamGrant})


@dataclass(frozen=True, slots=True)
class Use:
    """One use: by the object `kind` ("campaign") `id`, in its part `part` (a creative, say; empty for none).

    `n` is the version it is pinned to, None where it follows the current one.
    """

    kind: str
    id: UUID
    name: str
    part_kind: str
    part_id: UUID | None
    part: str
    n: int | None

    @property
    def follows(self) -> bool:
        """Whether it shows whichever version is current."""
        return self.n is None


@dataclass(frozen=True, slots=True)
class Uses:
    """Who uses an asset: what the asker may see, and how many uses there are besides."""

    seen: Sequence[Use]
    hidden: int

    def __bool__(self) -> bool:
        return bool(self.seen) or self.hidden > 0

    @property
    def following(self) -> list[Use]:
        """Those that change when another version becomes the current one."""
        return [use for use in self.seen if use.follows]


@dataclass(frozen=True, slots=True)
class _Way:
    """From a referring model to the object it is a part of."""

    model: type[models.Model]
    field: str
    version: str
    owner: type[Owned]
    steps: tuple[str, ...]
    part: type[models.Model] | None
    live: models.Q

    @property
    def columns(self) -> tuple[str, ...]:
        """The owner's id, the version's number, the part's id and name."""
        part = (f"{self.steps[0]}_id", f"{self.steps[0]}__name") if self.part else ("pk", "pk")
        return ("__".join(self.steps) or "pk", f"{self.version}__n" if self.version else "pk", *part)


def uses_of(actor: Actor, asset: Asset) -> Uses:
    """Return what uses the asset outside the trash; one statement for each way of use and each kind of user."""
    rows: dict[type[Owned], list[tuple[_Way, tuple[Any, ...]]]] = {}
    for way in _ways():
        found = way.model._default_manager.filter(way.live, **{way.field: asset.pk}).order_by("pk")
        rows.setdefault(way.owner, []).extend((way, row) for row in found.values_list(*way.columns))
    seen: list[Use] = []
    hidden = 0
    for owner, uses in rows.items():
        ids = {row[0] for _way, row in uses}
        shown = visible(actor, f"{owner.resource}:view", owner).filter(pk__in=ids) if ids else []
        names = {row.pk: str(row) for row in shown}
        hidden += sum(row[0] not in names for _way, row in uses)
        seen += [_use(way, row, names[row[0]]) for way, row in uses if row[0] in names]
    return Uses(sorted(seen, key=lambda use: (use.kind, use.name, str(use.id), use.part)), hidden)


def check_unused(actor: Actor, asset: Asset) -> None:
    """Raise Conflict, naming what uses it, where the asset is used: then it can be archived, not trashed."""
    uses = uses_of(actor, asset)
    if uses:
        raise Conflict(
            _("It is in use, so it can be archived but not put into the trash."),
            code="in_use",
            uses=[{"kind": use.kind, "id": str(use.id), "name": use.name} for use in uses.seen],
            hidden_uses=uses.hidden,
        )


def _use(way: _Way, row: tuple[Any, ...], name: str) -> Use:
    pinned = row[1] if way.version else None
    if way.part is None:
        return Use(way.owner.resource, row[0], name, "", None, "", pinned)
    return Use(way.owner.resource, row[0], name, way.part._meta.model_name or "", row[2], row[3], pinned)


@cache
def _ways() -> tuple[_Way, ...]:
    return tuple(_found())


def _found() -> Iterator[_Way]:
    for relation in Asset._meta.related_objects:
        model: type[models.Model] = relation.related_model
        if model in _OWN:
            continue
        keys = [field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey)]
        version = next((field.name for field in keys if field.related_model is AssetVersion), "")
        steps: list[str] = []
        live = models.Q()
        at: type[models.Model] = model
        parts: list[type[models.Model]] = []
        while True:
            if any(field.name == "trashed_at" for field in at._meta.concrete_fields):
                live &= models.Q(**{"__".join([*steps, "trashed_at"]): None})
            if issubclass(at, Owned):
                part = parts[0] if len(parts) > 1 else None
                yield _Way(model, relation.field.name, version, at, tuple(steps), part, live)
                break
            whole = _whole(at)
            if whole is None:
                break
            steps.append(whole.name)
            at = whole.related_model
            parts.append(at)


def _whole(model: type[models.Model]) -> "models.ForeignKey[Any, Any] | None":
    """What a row of `model` is a part of."""
    fields = [field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey)]
    return next((field for field in fields if field.remote_field.on_delete is models.CASCADE), None)
