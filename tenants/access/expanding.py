"""What `expand` shows of people and teams, in one statement each."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from kernel.http.lists import Expansion
from kernel.tenancy.context import Actor
from tenants.access.models import Membership, Team


def people(*, actor: Actor, ids: Collection[UUID]) -> Mapping[UUID, Mapping[str, Any]]:
    """Return the names of these people of the organization, as every list shows them; no addresses."""
    rows = Membership.objects.filter(user_id__in=ids).values_list("user_id", "name")
    return {user_id: {"id": user_id, "name": name} for user_id, name in rows}


def teams(*, actor: Actor, ids: Collection[UUID]) -> Mapping[UUID, Mapping[str, Any]]:
    """Return the names of these teams."""
    rows = Team.objects.filter(pk__in=ids).values_list("pk", "name")
    return {pk: {"id": pk, "name": name} for pk, name in rows}


OWNER = Expansion("owner_id", people)
TEAM = Expansion("team_id", teams)
