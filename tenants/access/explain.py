"""Why somebody may do something or may not, and who may: the resolver's rule told with its facts.

The ways are weighed by the functions that guard the product (tenants.access.ways); a test holds the verdict against
`can`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from kernel.errors import NotFound
from kernel.tenancy.context import Actor
from tenants.access.advice import advice, standing
from tenants.access.asking import actions_on, may_ask, without_addresses
from tenants.access.catalogue import known, label
from tenants.access.context import Access, access_of, accesses, role_permissions
from tenants.access.granted import shares_of
from tenants.access.models import Membership, Owned, ServiceToken, Team, TeamMembership
from tenants.access.resolver import refusal
from tenants.access.ways import Facts, TeamFact, Way, facts_of, opens, ways_of


@dataclass(frozen=True, slots=True)
class Removal:
    """What would be left to the person if one share were taken away; `keeps` and `loses` are permissions."""

    share_id: UUID
    title: str
    still_allowed: bool
    keeps: tuple[str, ...]
    loses: tuple[str, ...]
    detail: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """The verdict with every way, what would have to change, and what each share is worth.

    `nearest` are changes that would each turn a no into a yes, the smallest first; empty where it is a yes.
    """

    person: Membership
    action: str
    obj: Owned | None
    allowed: bool
    ways: tuple[Way, ...]
    nearest: tuple[str, ...]
    removals: tuple[Removal, ...]

    @property
    def object_type(self) -> str:
        """The word for the object's kind, empty without an object."""
        return str(self.obj._meta.model_name) if self.obj is not None else ""

    @property
    def hits(self) -> int:
        """How many ways give it, each by itself."""
        return sum(way.hit and way.gives for way in self.ways) if self.allowed else 0

    @property
    def label(self) -> str:
        """What is asked about, in the product's words."""
        return label(self.action)


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who may, and the ways that give it to them."""

    access: Access
    ways: tuple[Way, ...]


def explain(
    *, actor: Actor, person_id: UUID, action: str, obj: Owned | None = None, token_id: UUID | None = None
) -> Explanation:
    """Return why the person (by user or membership id), or a token of theirs, may do `action` to `obj` or may not.

    The caller has found `obj` visible to `actor`. Raises NotAllowed unless `actor` may ask, NotFound for nobody.
    """
    known(action)
    [person] = without_addresses(actor, [_person(person_id)])
    if not may_ask(actor=actor, person_id=person.user_id, obj=obj):
        raise refusal(actor, "access:explain")
    present = next(iter(accesses([person.user_id])), None) if person.user_id else None
    inside, access = present is not None, present or _if_active(person)
    how, remedy = standing(person, inside=inside)
    conditions = [Way("membership", inside, _("Membership"), how)]
    facts = _facts(obj, {person.user_id: person.name}) if obj is not None else None
    if facts is not None and not inside:
        access = replace(access, led=_led(access, facts))
    if token_id is not None:
        access, way = _narrowed(access, person, token_id, action)
        conditions.append(way)
    ways = ways_of(access, action, obj, facts)
    if obj is None or facts is None:
        open_by_rule = access.reach(action) is not None
    else:
        open_by_rule = opens(access, action, obj, facts.shares)
    allowed = open_by_rule and all(way.hit for way in conditions)
    nearest = [remedy] if remedy else []
    if not open_by_rule:
        nearest = [f"{remedy} {change}".strip() for change in advice(access, action, obj, facts)]
    return Explanation(
        person=person,
        action=action,
        obj=obj,
        allowed=allowed,
        ways=(*conditions, *ways),
        nearest=tuple(nearest),
        removals=tuple(_removals(access, action, obj, facts, ways)) if allowed and obj and facts else (),
    )


def who_can(*, actor: Actor, action: str, obj: Owned) -> list[Holder]:
    """Return every active member who may do `action` to `obj`, by name, with the ways that give it to them.

    Four statements at most, however many people there are; one more where `actor` may ask only because of a share.
    """
    known(action)
    if not may_ask(actor=actor, person_id=None, obj=obj):
        raise refusal(actor, "access:explain")
    everybody = accesses()
    facts = _facts_with(obj, {access.user_id: access.name for access in everybody})
    found = [
        Holder(access, tuple(way for way in ways_of(access, action, obj, facts) if way.hit))
        for access in everybody
        if opens(access, action, obj, facts.shares)
    ]
    return sorted(found, key=lambda holder: (holder.access.name.lower(), holder.access.user_id))


def rights_on(*, actor: Actor, obj: Owned, actions: Sequence[str]) -> list[tuple[Access, frozenset[str]]]:
    """Return every active member, by name, with those of `actions` that they may do to `obj`.

    Three statements, one more where `actor` may ask only because of a share.
    """
    if not may_ask(actor=actor, person_id=None, obj=obj):
        raise refusal(actor, "access:explain")
    shares = shares_of(obj)
    found = [
        (access, frozenset(action for action in actions if opens(access, known(action), obj, shares)))
        for access in accesses()
    ]
    return sorted(found, key=lambda row: (row[0].name.lower(), row[0].user_id))


def _person(person_id: UUID) -> Membership:
    people = Membership.objects.select_related("role").exclude(status=Membership.Status.HOLDER)
    found = people.filter(models.Q(user_id=person_id) | models.Q(pk=person_id)).first()
    if found is None:
        raise NotFound()
    return found


def _if_active(person: Membership) -> Access:
    """What somebody who is not in could do if they were."""
    teams = []
    if person.user_id is not None:
        memberships = TeamMembership.objects.filter(user_id=person.user_id)
        teams = list(memberships.exclude(expires_at__lte=Now()).values_list("team_id", "role"))
    return Access(
        user_id=person.user_id or person.pk,
        membership_id=person.pk,
        name=person.name or person.email,
        email=person.email,
        role=person.role.slug,
        role_name=person.role.name,
        position=person.role.position,
        permissions=role_permissions(person.role.slug, person.role.permissions),
        teams=frozenset(team for team, _role in teams),
        led=frozenset(team for team, role in teams if role == TeamMembership.Role.LEAD),
        epoch=0,
    )


def _led(access: Access, facts: Facts) -> frozenset[UUID]:
    return frozenset(team for team in facts.teams if access.led.intersection(facts.above(team)))


def _narrowed(access: Access, person: Membership, token_id: UUID, action: str) -> tuple[Access, Way]:
    token = ServiceToken.objects.filter(pk=token_id, owner_id=person.pk).first()
    if token is None:
        raise NotFound()
    asks = Actor("token", person.user_id, person.name, person.email, token_id=token.pk)
    lives = token.revoked_at is None and token.expires_at > timezone.now()
    narrowed = access_of(asks) or replace(access, scopes=frozenset(token.scopes))
    words = {"token": token.name, "scope": action}
    if not lives:
        detail = _("The token %(token)s has ended or was revoked.") % words
    elif not narrowed.in_scope(action):
        detail = _("The token %(token)s has no scope %(scope)s.") % words
    else:
        detail = _("The token %(token)s has the scope %(scope)s.") % words
    return narrowed, Way("scope", lives and narrowed.in_scope(action), _("Token"), detail)


def _facts(obj: Owned, people: Mapping[UUID | None, str]) -> Facts:
    names = {user_id: name for user_id, name in people.items() if user_id is not None}
    if obj.owner_id not in names:
        owner = Membership.objects.filter(user_id=obj.owner_id).values_list("name", flat=True).first()
        names |= {obj.owner_id: owner} if owner else {}
    return _facts_with(obj, names)


def _facts_with(obj: Owned, names: Mapping[UUID, str]) -> Facts:
    teams = {pk: TeamFact(name, parent) for pk, name, parent in Team.objects.values_list("id", "name", "parent_id")}
    return facts_of(obj, shares_of(obj), teams, names)


def _removals(access: Access, action: str, obj: Owned, facts: Facts, ways: Sequence[Way]) -> list[Removal]:
    asked = actions_on(obj)
    before = {name for name in asked if opens(access, name, obj, facts.shares)}
    found = []
    for way in ways:
        if way.share is None or not way.hit:
            continue
        rest = [share for share in facts.shares if share.id != way.share.id]
        after = {name for name in asked if opens(access, name, obj, rest)}
        keeps, loses = [name for name in asked if name in after], [name for name in asked if name in before - after]
        still = action in after
        found.append(Removal(way.share.id, way.title, still, tuple(keeps), tuple(loses), _left(access, keeps, loses)))
    return found


def _left(access: Access, keeps: Sequence[str], loses: Sequence[str]) -> str:
    words = {
        "name": access.name,
        "keeps": ", ".join(label(name) for name in keeps),
        "loses": ", ".join(label(name) for name in loses),
    }
    if not loses:
        return _("%(name)s keeps everything: other ways give the same.") % words
    if not keeps:
        return _("%(name)s can't see it any more.") % words
    return _("%(name)s keeps: %(keeps)s. Loses: %(loses)s.") % words
