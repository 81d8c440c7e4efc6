"""The ways on which somebody may come to do something to an object, each weighed by itself and told with its facts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any, Literal
from uuid import UUID

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tenants.access.catalogue import label
from tenants.access.context import Access
from tenants.access.granted import Share
from tenants.access.resolver import owner_path, role_reaches, team_path, teams_in_reach
from tenants.access.shares import adds, level_on

Kind = Literal["membership", "scope", "role", "owner", "team", "share"]
# A place here and a token's scope are conditions of everything; each of the other kinds gives by itself.
CONDITIONS = ("membership", "scope")


@dataclass(frozen=True, slots=True)
class Way:
    """One way of access: whether it is open, and why or why not in plain words."""

    kind: Kind
    hit: bool
    title: str
    detail: str
    share: Share | None = None

    @property
    def gives(self) -> bool:
        """Whether this way alone would do, as a condition never does."""
        return self.kind not in CONDITIONS


@dataclass(frozen=True, slots=True)
class TeamFact:
    """A team by name, and the one above it."""

    name: str
    parent_id: UUID | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about one object: its shares, and the names of its owner and of all teams."""

    shares: Sequence[Share]
    teams: Mapping[UUID, TeamFact]
    owner_id: UUID | None
    owner_name: str
    team_id: UUID | None

    def above(self, team_id: UUID | None) -> list[UUID]:
        """Return the team and those above it, the nearest first."""
        found: list[UUID] = []
        while team_id is not None and team_id not in found:
            found.append(team_id)
            team_id = self.teams[team_id].parent_id if team_id in self.teams else None
        return found

    def name(self, team_id: UUID | None) -> str:
        """Return a team's name."""
        found = self.teams.get(team_id) if team_id else None
        return found.name if found else ""


def facts_of(
    obj: models.Model, shares: Sequence[Share], teams: Mapping[UUID, TeamFact], people: Mapping[UUID, str]
) -> Facts:
    """Put together what is known about `obj`; `people` are the names of whoever may own it."""
    owner_id, team_id = _value(obj, owner_path(type(obj))), _value(obj, team_path(type(obj)))
    return Facts(shares, teams, owner_id, people.get(owner_id, _("somebody who has left")), team_id)


def ways_of(access: Access, action: str, obj: models.Model | None, facts: Facts | None) -> list[Way]:
    """Return every way with its verdict: the role, ownership, the team, each share with the person or their teams."""
    found = [_role(access, action, obj)]
    if obj is None or facts is None:
        return found
    if facts.owner_id is not None:
        found.append(_owner(access, action, facts))
    found.append(_team(access, action, obj, facts))
    shares = [_share(access, action, type(obj), share) for share in facts.shares if _concerns(access, share)]
    return [*found, *(shares or [_no_share(access, action, type(obj))])]


def opens(access: Access, action: str, obj: models.Model, shares: Iterable[Share]) -> bool:
    """Whether the guard says yes: the role reaches the object, or one of these shares adds the action."""
    return role_reaches(access, action, obj) or (
        access.in_scope(action)
        and any(
            _concerns(access, share) and not share.is_expired and adds(type(obj), share.level, action)
            for share in shares
        )
    )


def day(moment: datetime | None) -> str:
    """Return a date as screens write it, on the reader's clock."""
    return date_format(timezone.localtime(moment), "j M Y") if moment else ""


def level_name(level: str) -> str:
    """Return a level of a share as people call it."""
    return {"viewer": _("Viewer"), "editor": _("Editor"), "manager": _("Manager")}[level]


def _role(access: Access, action: str, obj: models.Model | None) -> Way:
    reach = access.permissions.get(action)
    facts = {"name": access.name, "label": label(action), "role": access.role_name}
    if reach == "all":
        detail = _("%(label)s: all of them.") % facts
    elif obj is None:
        detail = {
            "team": _("%(label)s: those of their teams and their own."),
            "own": _("%(label)s: their own."),
            None: _("The role does not permit it: %(label)s."),
        }[reach] % facts
    else:
        detail = {
            "team": _("%(label)s: those of their teams and their own, so it depends on owner and team."),
            "own": _("%(label)s: their own, so it depends on the owner."),
            None: _("The role does not permit it: %(label)s."),
        }[reach] % facts
    hit = access.in_scope(action) and (reach == "all" if obj is not None else reach is not None)
    return Way("role", hit, _("Role: %(role)s") % facts, detail)


def _owner(access: Access, action: str, facts: Facts) -> Way:
    words = {"name": access.name, "owner": facts.owner_name, "role": access.role_name}
    owns, reach = facts.owner_id == access.user_id, access.permissions.get(action)
    if not owns:
        detail = _("%(name)s is not the owner (%(owner)s is).") % words
    elif reach is None:
        detail = _("%(name)s owns it, but the role %(role)s does not permit this for anything.") % words
    else:
        detail = _("%(name)s owns it, and the role %(role)s permits this for what is their own.") % words
    return Way("owner", owns and access.reach(action) is not None, _("Owner"), detail)


def _team(access: Access, action: str, obj: models.Model, facts: Facts) -> Way:
    if facts.team_id is None:
        return Way("team", False, _("Team"), _("It belongs to no team."))
    team, reach = facts.team_id, access.permissions.get(action)
    words = {"name": access.name, "team": facts.name(team), "role": access.role_name}
    inside = team in teams_in_reach(access, type(obj))
    led = next((above for above in facts.above(team)[1:] if above in access.led), None)
    if not inside:
        how = _("It belongs to team %(team)s. %(name)s is no member of it and leads no team above it.")
    elif team in access.teams or led is None:
        how = _("It belongs to team %(team)s, and %(name)s is a member of it.")
    else:
        words["above"] = facts.name(led)
        how = _("It belongs to team %(team)s, below team %(above)s, which %(name)s leads.")
    if inside and reach not in ("team", "all"):
        how += " " + _("But the role %(role)s does not permit this for the objects of their teams.")
    hit = inside and access.reach(action) in ("team", "all")
    return Way("team", hit, _("Team: %(team)s") % words, how % words)


def _share(access: Access, action: str, model: type[models.Model], share: Share) -> Way:
    words = {
        "name": access.name,
        "team": share.name,
        "level": level_name(share.level),
        "by": share.granted_by_name or _("the system"),
        "day": day(share.created_at),
        "end": day(share.expires_at),
        "label": label(action),
    }
    open_now = not share.is_expired and adds(model, share.level, action)
    parts = [_("%(level)s, on this one only.") % words]
    if share.is_expired:
        parts.append(_("It ended on %(end)s and gives nothing any more.") % words)
    elif not open_now:
        parts.append(_("That level does not add: %(label)s.") % words)
    parts.append(_("Shared by %(by)s on %(day)s.") % words)
    if share.expires_at and not share.is_expired:
        parts.append(_("Ends on %(end)s.") % words)
    title = _("Share with team %(team)s") % words if share.team_id else _("Share with %(name)s") % words
    return Way("share", open_now and access.in_scope(action), title, " ".join(parts), share)


def _no_share(access: Access, action: str, model: type[models.Model]) -> Way:
    if level_on(model, action) is None:
        return Way("share", False, _("Shares"), _("No share adds this; only a role does."))
    detail = _("It is not shared with %(name)s, nor with a team of theirs.") % {"name": access.name}
    return Way("share", False, _("Shares"), detail)


def _concerns(access: Access, share: Share) -> bool:
    return share.user_id == access.user_id or share.team_id in access.teams


def _value(obj: models.Model, path: str) -> Any:
    return reduce(getattr, path.split("__"), obj) if path else None
