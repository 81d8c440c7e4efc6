"""What can be asked about roles. Whoever may see the people of the organization may see what their roles permit."""

from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now

from kernel.errors import NotFound
from kernel.http.cursor import DEFAULT_PAGE, Page, Sort, page
from kernel.tenancy.context import Actor
from tenants.access.models import Membership, Role
from tenants.access.resolver import require

SORTS = {"position": Sort(("position", "name", "id"))}
_ACTIVE = Q(memberships__status=Membership.Status.ACTIVE) & (
    Q(memberships__expires_at=None) | Q(memberships__expires_at__gt=Now())
)


def role_list(*, actor: Actor) -> list[Role]:
    """Return all roles, built-in ones first, with `people`: how many have each now; in one query."""
    require(actor, "member:view")
    return list(_counted())


def role_page(*, actor: Actor, cursor: str | None, limit: int = DEFAULT_PAGE) -> Page[Role]:
    """Return one page of what role_list() returns."""
    require(actor, "member:view")
    return page(_counted(), name="roles", filters={}, sort="position", sorts=SORTS, cursor=cursor, limit=limit)


def role_detail(*, actor: Actor, role_id: UUID) -> Role:
    """Return one role as role_list() does; NotFound where there is none."""
    require(actor, "member:view")
    role = _counted().filter(pk=role_id).first()
    if role is None:
        raise NotFound()
    return role


def holders(*, actor: Actor, role_id: UUID) -> list[Membership]:
    """Return everybody whose role this is, by name, also those who are invited or suspended."""
    require(actor, "member:view")
    people = Membership.objects.exclude(status=Membership.Status.HOLDER)
    return list(people.filter(role_id=role_id).order_by("name", "id"))


def _counted() -> QuerySet[Role]:
    return Role.objects.annotate(people=Count("memberships", filter=_ACTIVE)).order_by(*SORTS["position"].order())
