"""What a resource lets people do to many of its rows at once: declared as data next to its commands.

    CAMPAIGNS = register(BulkResource(
        name="campaigns",
        model=Campaign,
        limit=("campaigns", live_campaigns),
        actions={
            "create": Action(CampaignCreate, _create, permission="campaign:create", undo="campaign:delete"),
            "change": Action(CampaignChangeRow, _change, permission="campaign:edit"),
        },
    ))

`CampaignChangeRow` is `class CampaignChangeRow(CampaignChange, VersionRow)`, and `_change` calls the same command as
PATCH does: `change_campaign(actor=actor, campaign_id=row.id, version=row.version, changes=changes_of(row))`.
"""

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from django.db import models
from pydantic import BaseModel, Field

from kernel.http.strict import LARGEST_INTEGER, Id, Input
from kernel.tenancy.context import Actor
from tenants.access.models import Versioned
from tenants.access.resolver import can_many, visible


class VersionRow(Input):
    """A row that is there already, and the version that its author saw."""

    id: Id
    version: int = Field(strict=True, ge=1, le=LARGEST_INTEGER, description="`version` as you read it.")


def changes_of(row: VersionRow) -> dict[str, Any]:
    """Return the fields that the row names to be changed."""
    return row.model_dump(exclude_unset=True, exclude={"id", "version"})


class Act(Protocol):
    """Does one row and returns the object as it is afterwards; refusals are domain errors, as everywhere."""

    def __call__(self, actor: Actor, row: Any) -> Versioned: ...


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do to many rows: what a row looks like, who does it, and what it takes.

    `permission` is asked at the door, `act` asks about each object. `undo` is the permission to take it back,
    `permission` again unless said otherwise. What `hands_on` objects to other owners waits for changes of access before
    it locks a row, as everything does that changes access and rows.
    """

    row: type[BaseModel]
    act: Act
    permission: str
    undo: str = ""
    hands_on: bool = False

    @property
    def undo_permission(self) -> str:
        """What undoing a row asks for."""
        return self.undo or self.permission


@dataclass(frozen=True, slots=True)
class BulkResource:
    """A kind of object, and what can be done to many of them.

    `children` are tables (by their foreign key to the model) that belong to its rows: they are put back with them.
    `history` are those that only tell of a row: they grow with an undo as with any change, and go with a row that is
    removed. `limit` is the plan's limit, with its count, that a row out of the trash uses up.

    An undo goes through no command, so `check_back` says what they would refuse: it gets a row as the batch left it and
    what it shall be again (an Image's text, read), None where it shall be removed, and raises a domain error for a row
    that must stay. `restored` is told of the objects that an undo has put back and of those that it has removed, to
    work out again what follows from them.

    `together` is entered around all rows of a call, with the ids of those that are there already: what each row alone
    would work out, it may work out once for all. Models whose access follows something else say how with `seen` and
    `allowed`, and lock it with `lock_first`, as their commands do.
    """

    name: str
    model: type[Versioned]
    actions: Mapping[str, Action]
    children: tuple[tuple[type[models.Model], str], ...] = ()
    history: tuple[type[models.Model], ...] = ()
    limit: tuple[str, Callable[[], int]] | None = None
    check_back: Callable[[Actor, Any, Mapping[str, Any] | None], None] | None = None
    restored: Callable[[Actor, Collection[Any], Collection[Any]], None] | None = None
    together: Callable[[Actor, Collection[UUID]], AbstractContextManager[None]] | None = None
    view: str = ""
    lock_first: Callable[[Collection[UUID]], None] | None = None
    seen: Callable[[Actor, str, type[Any]], models.QuerySet[Any]] = field(default=visible)
    allowed: Callable[[Actor, str, Collection[Any]], Collection[Any]] = field(default=can_many)

    @property
    def view_permission(self) -> str:
        """What it takes to see a row."""
        return self.view or f"{self.model.resource}:view"  # type: ignore[attr-defined]


_RESOURCES: dict[str, BulkResource] = {}


def register(resource: BulkResource) -> BulkResource:
    """Let batches of this resource be undone; each name once."""
    if resource.name in _RESOURCES:
        raise ValueError(f"Two resources are called {resource.name}.")
    _RESOURCES[resource.name] = resource
    return resource


def resource_named(name: str) -> BulkResource:
    """Return the registered resource; raise KeyError for a name that none has, always a bug."""
    return _RESOURCES[name]


def lock(resource: BulkResource, ids: Collection[UUID], *, to_remove: bool = False) -> dict[UUID, Versioned]:
    """Return the objects with these ids, locked in one order, so that two batches never block each other for good.

    Nobody begins to refer to those that are locked `to_remove` them.
    """
    if resource.lock_first is not None:
        resource.lock_first(ids)
    rows = resource.model._default_manager.filter(pk__in=ids).order_by("pk").select_for_update(no_key=not to_remove)
    return {row.pk: row for row in rows}
