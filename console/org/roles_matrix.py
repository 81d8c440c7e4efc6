"""The role matrix as a table of cells, and the draft that its form holds."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.errors import Invalid
from kernel.tenancy.context import Actor
from tenants.access.catalogue import PERMISSIONS, RESOURCES, WIDTH, Permission
from tenants.access.models import Role
from tenants.access.resolver import can, permissions_of
from tenants.access.roles import DEFINE, Diff, permissions_in

REACHES: Mapping[str, Promise] = {
    "all": gettext_lazy("All"),
    "team": gettext_lazy("Team"),
    "own": gettext_lazy("Own"),
}
NOTHING = "none"
NO_ACCESS = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to change of one role: on which version, what they saw, and the cells that differ."""

    version: int
    seen: Mapping[str, str]
    changes: Diff = field(default_factory=dict)


def drafts_of(request: HttpRequest) -> dict[UUID, Draft]:
    """Return the form's drafts, those of roles without a change too; raise Invalid for a form that is not ours."""
    found = {}
    try:
        for name in request.POST:
            if name.startswith("version."):
                role_id = UUID(name.partition(".")[2])
                seen = {str(key): str(value) for key, value in json.loads(request.POST[f"seen.{role_id}"]).items()}
                found[role_id] = Draft(int(request.POST[name]), seen, dict(_changes(request, role_id, seen)))
    except (ValueError, KeyError, AttributeError) as error:
        raise Invalid(_("The form was incomplete; open the page again.")) from error
    return found


def changed(drafts: Mapping[UUID, Draft]) -> dict[UUID, Draft]:
    """Return only the drafts that change something."""
    return {role_id: draft for role_id, draft in drafts.items() if draft.changes}


def columns_of(roles: Iterable[Role], drafts: Mapping[UUID, Draft], actor: Actor) -> list[dict[str, Any]]:
    """Return the matrix's heads: one per role, with what its form needs where the person may change it."""
    may_define = can(actor, DEFINE)
    return [
        {
            "id": role.pk,
            "name": role.name,
            "people": getattr(role, "people", 0),
            "is_open": may_define and not role.builtin,
            "version": role.row_version,
            "seen": json.dumps(permissions_in(role)),
            "changes": drafts[role.pk].changes if role.pk in drafts else {},
            "permissions": permissions_in(role),
        }
        for role in roles
    ]


def groups_of(columns: Iterable[dict[str, Any]], actor: Actor) -> list[dict[str, Any]]:
    """Return the matrix's rows by resource."""
    heads, own = list(columns), permissions_of(actor)
    return [
        {
            "name": resource_name,
            "rows": [
                {
                    "code": permission.name,
                    "label": permission.label,
                    "cells": [_cell(permission, head, own) for head in heads],
                }
                for permission in PERMISSIONS.values()
                if permission.resource == resource
            ],
        }
        for resource, resource_name in RESOURCES.items()
        if any(permission.resource == resource for permission in PERMISSIONS.values())
    ]


def _cell(permission: Permission, head: dict[str, Any], own: Mapping[str, str]) -> dict[str, Any]:
    was = head["permissions"].get(permission.name)
    draft = head["changes"].get(permission.name, was)
    ceiling = WIDTH.get(own.get(permission.name, ""), 0)
    is_open = head["is_open"] and ceiling > 0 and WIDTH.get(was or "", 0) <= ceiling
    return {
        "role_id": head["id"],
        "role": head["name"],
        "is_open": is_open,
        "reach": draft or NOTHING,
        "word": word(draft),
        "was": was or NOTHING,
        "is_draft": draft != was,
        "options": [
            (reach, REACHES[reach], reach == draft)
            for reach in permission.reaches
            if WIDTH[reach] <= ceiling or reach == draft
        ]
        if is_open
        else [],
    }


def word(reach: str | None) -> str:
    """Return how a cell shows a reach."""
    return str(REACHES[reach]) if reach is not None and reach in REACHES else NO_ACCESS


def _changes(request: HttpRequest, role_id: UUID, seen: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
    prefix = f"cell.{role_id}."
    for name in request.POST:
        if name.startswith(prefix):
            action, value = name.removeprefix(prefix), request.POST[name]
            wanted = None if value == NOTHING else value
            if wanted != seen.get(action):
                yield action, wanted
