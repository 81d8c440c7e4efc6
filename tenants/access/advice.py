"""What would have to change so that somebody may do what they may not: the smallest change first."""

from collections.abc import Iterator
from dataclasses import replace

from django.db import models
from django.utils.translation import gettext as _

from tenants.access.catalogue import ROLES, roles_with
from tenants.access.context import Access
from tenants.access.models import Membership
from tenants.access.resolver import teams_in_reach
from tenants.access.shares import adds, level_on
from tenants.access.ways import Facts, day, level_name, opens

MOST = 3


def standing(membership: Membership, *, inside: bool) -> tuple[str, str]:
    """Return in plain words whether the person is in, and what would let them in; nothing for who is."""
    words = {"name": str(membership), "end": day(membership.expires_at)}
    if membership.status == Membership.Status.INVITED:
        return _("%(name)s is invited and has not come in yet.") % words, _("Wait until the invitation is accepted.")
    if membership.status == Membership.Status.SUSPENDED:
        return _("%(name)s is suspended.") % words, _("Reactivate %(name)s under People.") % words
    if not inside:
        return _("The membership of %(name)s ended on %(end)s.") % words, _("Move the end of the membership.")
    if membership.expires_at is not None:
        return _("%(name)s is an active member until %(end)s.") % words, ""
    return _("%(name)s is an active member.") % words, ""


def advice(access: Access, action: str, obj: models.Model | None, facts: Facts | None) -> list[str]:
    """Return up to three changes, each of which would do, for a person who is in."""
    if not access.in_scope(action):
        return [_("Make a token with the scope %(scope)s.") % {"scope": action}]
    found = list(_to_object(access, action, obj, facts)) if obj is not None and facts is not None else []
    holders = ", ".join(_roles_that_would_do(access, action, obj, facts))
    if holders:
        words = {"name": access.name, "roles": holders}
        found.append(_("Give %(name)s a role that permits it, such as %(roles)s.") % words)
    return found[:MOST]


def _roles_that_would_do(access: Access, action: str, obj: models.Model | None, facts: Facts | None) -> list[str]:
    """The built-in roles with which the person might: for an object the guard itself is asked about each."""
    if obj is None or facts is None:
        return roles_with(action)
    tried = {str(role.name): replace(access, permissions=role.permissions) for role in ROLES.values()}
    return [name for name, with_role in tried.items() if opens(with_role, action, obj, facts.shares)]


def _to_object(access: Access, action: str, obj: models.Model, facts: Facts) -> Iterator[str]:
    if opens(access, action, obj, facts.shares):
        return
    needed = level_on(type(obj), action)
    words = {"name": access.name, "team": facts.name(facts.team_id), "owner": facts.owner_name}
    mine = [share for share in facts.shares if share.user_id == access.user_id or share.team_id in access.teams]
    if needed is not None:
        words["needed"] = level_name(needed)
        for share in mine:
            if share.is_expired and adds(type(obj), share.level, action):
                yield _("Share it with %(who)s again: the share ended on %(end)s.") % {
                    "who": share.name,
                    "end": day(share.expires_at),
                }
            elif not share.is_expired:
                yield _("Raise the share with %(who)s from %(level)s to %(needed)s.") % {
                    "who": share.name,
                    "level": level_name(share.level),
                    "needed": words["needed"],
                }
    reach = access.reach(action)
    if reach == "team" and facts.team_id is not None and facts.team_id not in teams_in_reach(access, type(obj)):
        yield _("Add %(name)s to team %(team)s.") % words
    if needed is not None and not any(share.user_id == access.user_id for share in mine):
        yield _("Share it with %(name)s at the level %(needed)s or higher.") % words
    if reach is not None and facts.owner_id is not None and facts.owner_id != access.user_id:
        yield _("Make %(name)s its owner.") % words
