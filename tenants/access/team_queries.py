"""What can be asked about teams. Whoever may see the people of the organization may see its teams."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models.functions import Coalesce

from kernel.errors import NotFound
from kernel.http.cursor import DEFAULT_PAGE, Page, Sort, page
from kernel.tenancy.context import Actor
from tenants.access.models import LIVE, Membership, Team, TeamMembership
from tenants.access.resolver import can_many, require
from tenants.access.shares import UNEXPIRED
from tenants.access.team_members import version_of
from tenants.access.teams import MANAGE, owned_models

SORTS = {"name": Sort(("name", "id"))}
MEMBER_SORTS = {"id": Sort(("id",))}


@dataclass(frozen=True, slots=True)
class TeamMember:
    """Somebody in a team, with their place in the organization; `version` stands for role and end as they are."""

    user_id: UUID
    membership_id: UUID | None
    name: str
    email: str
    status: str
    organization_role: str
    role: str
    expires_at: datetime | None
    version: int


def team_list(*, actor: Actor) -> list[Team]:
    """Return all teams by name with `owner_name`, `members`, `leads` and `objects` by resource; in one query.

    Only objects outside the trash and memberships that have not ended are counted.
    """
    require(actor, "member:view")
    return list(_counted())


def team_page(*, actor: Actor, cursor: str | None, limit: int = DEFAULT_PAGE) -> Page[Team]:
    """Return one page of what team_list() returns."""
    require(actor, "member:view")
    return page(_counted(), name="teams", filters={}, sort="name", sorts=SORTS, cursor=cursor, limit=limit)


def team_detail(*, actor: Actor, team_id: UUID) -> Team:
    """Return one team as team_list() does; NotFound where there is none."""
    require(actor, "member:view")
    team = _counted().filter(pk=team_id).first()
    if team is None:
        raise NotFound()
    return team


def sub_teams(*, actor: Actor, team_id: UUID) -> list[Team]:
    """Return the teams directly below the team, as team_list() does."""
    require(actor, "member:view")
    return list(_counted().filter(parent_id=team_id))


def teams_to_manage(*, actor: Actor) -> set[UUID]:
    """Return the teams that `actor` may manage."""
    return {team.pk for team in can_many(actor, MANAGE, list(Team.objects.all()))}


def member_page(
    *, actor: Actor, team_id: UUID, cursor: str | None = None, limit: int = DEFAULT_PAGE
) -> tuple[list[TeamMember], str | None]:
    """Return one page of the people in the team, in the order in which they came, with its `next`; in two queries."""
    require(actor, "member:view")
    rows = TeamMembership.objects.filter(UNEXPIRED, team_id=team_id)
    found = page(rows, name=f"team:{team_id}", filters={}, sort="id", sorts=MEMBER_SORTS, cursor=cursor, limit=limit)
    return _people(found.items), found.next


def team_member(*, actor: Actor, team_id: UUID, user_id: UUID) -> TeamMember:
    """Return one person in the team; NotFound for who is not in it (any more)."""
    require(actor, "member:view")
    found = TeamMembership.objects.filter(UNEXPIRED, team_id=team_id, user_id=user_id).first()
    if found is None:
        raise NotFound()
    return _people([found])[0]


def people_to_add(*, actor: Actor, team_id: UUID) -> list[Membership]:
    """Return the active people who are not in the team, by name."""
    inside = TeamMembership.objects.filter(UNEXPIRED, team_id=team_id).values("user_id")
    return list(_active(actor).exclude(user_id__in=inside))


def people_to_own(*, actor: Actor) -> list[Membership]:
    """Return the active people, by name: each could own a team."""
    return list(_active(actor))


def _active(actor: Actor) -> models.QuerySet[Membership]:
    require(actor, "member:view")
    return Membership.objects.filter(UNEXPIRED, status=Membership.Status.ACTIVE)


def objects_of(team: Team) -> dict[str, int]:
    """Return how many objects a team has, by resource, as the queries here counted them."""
    return {resource: getattr(team, f"count_{resource}") for resource in owned_models()}


def _people(rows: list[TeamMembership]) -> list[TeamMember]:
    people = Membership.objects.filter(user_id__in=[row.user_id for row in rows]).select_related("role")
    known = {person.user_id: person for person in people}
    return [_person(row, known.get(row.user_id)) for row in rows]


def _person(row: TeamMembership, person: Membership | None) -> TeamMember:
    return TeamMember(
        user_id=row.user_id,
        membership_id=person.pk if person else None,
        name=person.name if person else "",
        email=person.email if person else "",
        status=person.status if person else "removed",
        organization_role=person.role.name if person else "",
        role=row.role,
        expires_at=row.expires_at,
        version=version_of(row),
    )


def _counted() -> models.QuerySet[Team]:
    inside = TeamMembership.objects.filter(UNEXPIRED, team_id=models.OuterRef("pk"))
    owner = Membership.objects.filter(user_id=models.OuterRef("owner_id")).order_by().values("name")[:1]
    objects: dict[str, Any] = {
        f"count_{resource}": _number(model._default_manager.filter(LIVE, team_id=models.OuterRef("pk")))
        for resource, model in owned_models().items()
    }
    return Team.objects.annotate(
        owner_name=models.Subquery(owner),
        members=_number(inside),
        leads=_number(inside.filter(role=TeamMembership.Role.LEAD)),
        **objects,
    )


def _number(rows: models.QuerySet[Any]) -> Coalesce:
    """How many rows of one team: zero, not nothing, where there are none."""
    found = rows.order_by().values("team_id").annotate(number=models.Count("pk")).values("number")
    return Coalesce(models.Subquery(found, output_field=models.IntegerField()), 0)
