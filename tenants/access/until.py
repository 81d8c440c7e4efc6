"""How long a right lasts that comes from a share: nothing that somebody gives by it outlives it."""

from collections.abc import Iterable
from datetime import datetime

from kernel.tenancy.context import Actor
from tenants.access.context import access_of
from tenants.access.models import Owned, TeamMembership
from tenants.access.models.grants import level_ids
from tenants.access.resolver import role_reaches
from tenants.access.shares import UNEXPIRED, adds, grant_models


def rights_end(actor: Actor, actions: Iterable[str], obj: Owned) -> datetime | None:
    """Return when the first of `actions`, all of which `actor` may do to `obj` now, ends because a share does.

    None where the role or a share without an end gives them all. A share with a team ends for those whose place in
    the team ends before it.
    """
    access, tables = access_of(actor), grant_models(type(obj))
    if access is None or tables is None:
        return None
    by_share = [action for action in actions if not role_reaches(access, action, obj)]
    if not by_share:
        return None
    mine = tables[0].objects.filter(UNEXPIRED, content_object_id=obj.pk, user_id=access.user_id)
    ours = tables[1].objects.filter(UNEXPIRED, content_object_id=obj.pk, group_id__in=access.teams)
    belongs = TeamMembership.objects.filter(user_id=access.user_id, team_id__in=access.teams)
    places = dict(belongs.order_by().values_list("team_id", "expires_at"))
    names = {number: level for level, number in level_ids(type(obj)).items()}
    given = [(names[number], ends) for number, ends in mine.order_by().values_list("permission_id", "expires_at")]
    for number, ends, team_id in ours.order_by().values_list("permission_id", "expires_at", "group_id"):
        given.append((names[number], earliest([ends, places[team_id]])))
    return earliest(latest(ends for level, ends in given if adds(type(obj), level, action)) for action in by_share)


def earliest(ends: Iterable[datetime | None]) -> datetime | None:
    """Return the first of these ends, None where there is none."""
    return min((end for end in ends if end is not None), default=None)


def latest(ends: Iterable[datetime | None]) -> datetime | None:
    """Return the last of these ends, None where one of them is none."""
    found = list(ends)
    known = [end for end in found if end is not None]
    return max(known, default=None) if len(known) == len(found) else None


def is_later(end: datetime | None, other: datetime | None) -> bool:
    """Whether something with this end outlives something with the other; None is no end."""
    return other is not None and (end is None or end > other)
