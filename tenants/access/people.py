"""What can be asked about the people of the organization."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from kernel.errors import NotFound
from kernel.http.cursor import DEFAULT_PAGE, LARGEST_PAGE, Page, Sort, page
from kernel.tenancy.context import Actor
from tenants.access.ceiling import role_is_within
from tenants.access.models import Membership, Role, TeamMembership
from tenants.access.resolver import can, require
from tenants.access.shares import UNEXPIRED

Status = Membership.Status
SHOWN = (Status.ACTIVE, Status.INVITED, Status.SUSPENDED)
_SORTS: Mapping[str, Sort] = {"name": Sort(("name", "id"))}


@dataclass(frozen=True, slots=True)
class PeopleFilters:
    """Which people; None and "" mean any. `role` is a slug, `text` a part of the name or the address."""

    status: str | None = None
    role: str | None = None
    team_id: UUID | None = None
    text: str = ""


def people_page(
    *, actor: Actor, filters: PeopleFilters, cursor: str | None = None, limit: int | None = None
) -> Page[Membership]:
    """Return one page of the people with their roles, by name, in one query; the holder account is no person."""
    require(actor, "member:view")
    rows = _people()
    if filters.status:
        rows = rows.filter(status=filters.status)
    if filters.role:
        rows = rows.filter(role__slug=filters.role)
    if filters.team_id:
        inside = TeamMembership.objects.filter(UNEXPIRED, team_id=filters.team_id, user_id=OuterRef("user_id"))
        rows = rows.filter(Exists(inside))
    if filters.text:
        rows = rows.filter(Q(name__icontains=filters.text) | Q(email__icontains=filters.text))
    return page(
        rows,
        name="people",
        filters={
            "status": filters.status,
            "role": filters.role,
            "team": filters.team_id,
            "text": filters.text or None,
        },
        sort="name",
        sorts=_SORTS,
        cursor=cursor,
        limit=max(1, min(limit or DEFAULT_PAGE, LARGEST_PAGE)),
    )


def people_counts(*, actor: Actor) -> dict[str, int]:
    """Return how many people are in each status, zeros included."""
    require(actor, "member:view")
    found = Membership.objects.order_by().values_list("status").annotate(count=Count("pk"))
    counts = dict(found)
    return {status: counts.get(status, 0) for status in SHOWN}


def person(*, actor: Actor, membership_id: UUID) -> Membership:
    """Return one person with their role."""
    require(actor, "member:view")
    found = _people().filter(pk=membership_id).first()
    if found is None:
        raise NotFound()
    return found


def people_named(*, actor: Actor, membership_ids: Collection[UUID]) -> Sequence[Membership]:
    """Return those of these people who are here, with their roles, by name."""
    require(actor, "member:view")
    return list(_people().filter(pk__in=list(membership_ids)))


def member_list(*, actor: Actor) -> Sequence[Membership]:
    """Return everybody in the organization with their roles, by name; the holder account is no person."""
    require(actor, "member:view")
    return list(_people())


def teams_of(people: Collection[Membership]) -> Mapping[UUID | None, Sequence[TeamMembership]]:
    """Return the places in teams, with the teams, of these people by user id, in one query."""
    ids = [found.user_id for found in people if found.user_id is not None]
    places: dict[UUID | None, list[TeamMembership]] = {}
    if ids:
        rows = TeamMembership.objects.filter(UNEXPIRED, user_id__in=ids).select_related("team")
        for place in rows.order_by("team__name", "id"):
            places.setdefault(place.user_id, []).append(place)
    return places


def heirs(*, actor: Actor, membership: Membership, limit: int = 500) -> Sequence[Membership]:
    """Return who may inherit from this person, by name: the others who are active."""
    require(actor, "member:suspend")
    return list(active_people().exclude(pk=membership.pk).order_by("name", "id")[:limit])


def active_people() -> QuerySet[Membership]:
    """Return the people who may come in now."""
    return Membership.objects.filter(UNEXPIRED, status=Status.ACTIVE)


def roles_to_give(*, actor: Actor, permission: str = "member:invite") -> Sequence[Role]:
    """Return the roles that `actor` may give by `permission`: none that permits more than their own."""
    require(actor, permission)
    return [role for role in Role.objects.all() if role_is_within(actor, role)]


def may_suspend(*, actor: Actor, membership: Membership) -> bool:
    """Whether `actor` may suspend, resume or remove this person, whose role is loaded.

    It must be somebody else whose role permits no more than the actor's.
    The last owner's case is left to the command, which decides it under a lock.
    """
    other = membership.user_id is None or membership.user_id != actor.user_id
    return other and can(actor, "member:suspend") and role_is_within(actor, membership.role)


def may_change_role(*, actor: Actor, membership: Membership) -> bool:
    """Whether `actor` may give this person, whose role is loaded, some other role."""
    return can(actor, "member:change_role") and role_is_within(actor, membership.role)


def seats_taken() -> int:
    """Return how many seats of the plan are in use: those of active members."""
    return Membership.objects.filter(status=Status.ACTIVE).count()


def seats_asked_for() -> int:
    """Return how many people are invited: each takes a seat by accepting."""
    return Membership.objects.filter(status=Status.INVITED).count()


def _people() -> QuerySet[Membership]:
    return Membership.objects.exclude(status=Status.HOLDER).select_related("role")
