"""Shares: an object, a person or team, and how much they may do with it, until when and why.

Whoever shares needs the object's `:share` permission, and gives no level that adds what they may not do themselves,
nor for longer than they may do it. Taking a share away needs the permission only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from kernel.errors import Conflict, FieldError, Invalid, NotAllowed, NotFound, PreconditionFailed
from kernel.tenancy.context import Actor, current_organization
from tenants import records
from tenants.access.catalogue import LEVEL_ORDER, actions_of_level, label, roles_with
from tenants.access.expiry import sweep_after
from tenants.access.granted import Share, object_types, shares_by_id, shares_of
from tenants.access.models import LEVELS, Owned, Team, TeamGrant, UserGrant
from tenants.access.models.grants import PREFIX
from tenants.access.ownership import check_member
from tenants.access.resolver import actions_of_many, find, refusal, require, visible
from tenants.access.shares import grant_models
from tenants.access.until import is_later, rights_end
from tenants.models import User

LONGEST_REASON = 300
MOST_AT_ONCE = 200

Outcome = Literal["revoked", "not_found", "not_allowed"]


@dataclass(frozen=True, slots=True)
class Revoked:
    """What became of one share that was to be taken away."""

    id: UUID
    outcome: Outcome
    detail: str
    share: Share | None = None


def share(
    *,
    actor: Actor,
    obj: Owned,
    level: str,
    user_id: UUID | None = None,
    team_id: UUID | None = None,
    expires_at: datetime | None = None,
    reason: str = "",
) -> Share:
    """Share `obj` with an active member or a team at a level, until `expires_at` where that is given.

    Raises Conflict where it is shared with them already (an expired share becomes the new one).
    """
    require(actor, f"{obj.resource}:share", obj)  # who may not makes nobody wait
    _check(level, expires_at, reason)
    if (user_id is None) == (team_id is None):
        raise Invalid(errors=[FieldError("/user_id", "required", _("Choose one person or one team."))])
    # Under the lock nobody leaves and no role changes before this commits.
    records.access_changing(current_organization().id)
    obj = find(actor, f"{obj.resource}:share", type(obj), obj.pk)
    if user_id is not None:
        check_member("/user_id", user_id)
    elif team_id is not None and not Team.objects.filter(pk=team_id).exists():
        raise Invalid(errors=[FieldError("/team_id", "unknown_value", _("There is no such team."))])
    _require_level(actor, obj, level)
    _require_end(actor, obj, level, expires_at)
    present = next((row for row in shares_of(obj) if (row.user_id, row.team_id) == (user_id, team_id)), None)
    if present is not None and not present.is_expired:
        detail = _("It is shared with %(name)s already; change that share.") % {"name": present.name}
        raise Conflict(detail, code="already_exists", share_id=str(present.id))
    # Over an expired share this writes everything anew; deleting that first would lock rows in another order.
    details = {"expires_at": expires_at, "reason": reason, "created_at": timezone.now()}
    return _write(actor, obj, level, user_id, team_id, details)


def change(*, actor: Actor, share_id: UUID, version: int, changes: Mapping[str, Any]) -> Share:
    """Change level, end or reason of the share that is at `version`; changes that change nothing write nothing.

    Raises PreconditionFailed where somebody else was faster.
    """
    found, obj = _locked(actor, share_id, version)
    wanted = {name: changes.get(name, getattr(found, name)) for name in ("level", "expires_at", "reason")}
    if all(getattr(found, name) == value for name, value in wanted.items()):
        return found
    ends = wanted["expires_at"] if wanted["expires_at"] != found.expires_at else None
    _check(wanted["level"], ends, wanted["reason"])
    _require_level(actor, obj, wanted["level"])
    raises = LEVEL_ORDER[wanted["level"]] > LEVEL_ORDER[found.level]
    if raises or is_later(wanted["expires_at"], found.expires_at):
        _require_end(actor, obj, wanted["level"], wanted["expires_at"])
    details = {"expires_at": wanted["expires_at"], "reason": wanted["reason"]}
    return _write(actor, obj, wanted["level"], found.user_id, found.team_id, details)


def revoke(*, actor: Actor, share_id: UUID, version: int | None = None) -> Share:
    """Take a share away and return what it was; with `version` only if it is still at that."""
    found, obj = _locked(actor, share_id, version)
    _delete([found], type(obj))
    return found


def revoke_many(*, actor: Actor, share_ids: Sequence[UUID]) -> list[Revoked]:
    """Take shares away, each by itself: what becomes of one does not depend on the others.

    A share of an object that `actor` can't see is not found. The statements are as many for 200 shares as for one.
    """
    if not 1 <= len(share_ids) <= MOST_AT_ONCE:
        message = _("Choose 1 to %(most)d shares.") % {"most": MOST_AT_ONCE}
        raise Invalid(errors=[FieldError("/share_ids", "out_of_range", message)])
    records.access_changing(current_organization().id)
    known = shares_by_id(share_ids)
    may: dict[UUID, frozenset[str]] = {}
    for name, model in object_types().items():
        asked = {share.object_id for share in known.values() if share.object_type == name}
        seen = list(visible(actor, f"{model.resource}:view", model).filter(pk__in=asked)) if asked else []
        may |= actions_of_many(actor, [f"{model.resource}:share"], seen) if seen else {}
    found = [_outcome(actor, share_id, known, may) for share_id in dict.fromkeys(share_ids)]
    for name, model in object_types().items():
        _delete([row.share for row in found if row.share is not None and row.share.object_type == name], model)
    return found


def _outcome(actor: Actor, share_id: UUID, known: Mapping[UUID, Share], may: Mapping[UUID, frozenset[str]]) -> Revoked:
    found = known.get(share_id)
    if found is None or found.object_id not in may:
        return Revoked(share_id, "not_found", _("There is no such share, or you may not see it."))
    if not may[found.object_id]:
        action = f"{object_types()[found.object_type].resource}:share"
        return Revoked(share_id, "not_allowed", refusal(actor, action).detail)
    facts = {"name": found.name, "object": found.object_name}
    return Revoked(share_id, "revoked", _("%(object)s is no longer shared with %(name)s.") % facts, found)


def _to_change(actor: Actor, share_id: UUID) -> tuple[Share, Owned]:
    found = shares_by_id([share_id]).get(share_id)
    if found is None:
        raise NotFound()
    model = object_types()[found.object_type]
    return found, find(actor, f"{model.resource}:share", model, found.object_id)


def _locked(actor: Actor, share_id: UUID, version: int | None) -> tuple[Share, Owned]:
    """The share and its object where nobody else changes access until this transaction ends; no other version."""
    _to_change(actor, share_id)  # who may not makes nobody wait
    records.access_changing(current_organization().id)
    found, obj = _to_change(actor, share_id)
    if version is not None and found.version != version:
        raise PreconditionFailed()
    return found, obj


def _check(level: str, expires_at: datetime | None, reason: str) -> None:
    errors = []
    if level not in LEVELS:
        errors.append(FieldError("/level", "unknown_value", _("There is no such level.")))
    if expires_at is not None and expires_at <= timezone.now():
        errors.append(FieldError("/expires_at", "out_of_range", _("Choose a time that is still to come.")))
    if len(reason) > LONGEST_REASON or "\x00" in reason:
        errors.append(FieldError("/reason", "wrong_length", _("Give a reason of up to 300 characters.")))
    if errors:
        raise Invalid(errors=errors)


def _require_level(actor: Actor, obj: Owned, level: str) -> None:
    given = actions_of_level(obj.resource, level)
    own = actions_of_many(actor, given, [obj])[obj.pk]
    missing = [action for action in given if action not in own]
    if missing:
        raise NotAllowed(
            _("This level permits more than you may do here, for example: %(label)s.") % {"label": label(missing[0])},
            code="beyond_own_rights",
            permission=missing[0],
            granted_by=roles_with(missing[0]),
        )


def _require_end(actor: Actor, obj: Owned, level: str, expires_at: datetime | None) -> None:
    """Raise Invalid where a share would outlive the share by which `actor` gives it."""
    ends = rights_end(actor, [f"{obj.resource}:share", *actions_of_level(obj.resource, level)], obj)
    if is_later(expires_at, ends):
        until = date_format(timezone.localtime(ends), "j M Y, H:i")
        message = _("You may do this yourself until %(end)s only; choose no later end.") % {"end": until}
        raise Invalid(errors=[FieldError("/expires_at", "beyond_own_rights", message)])


def _write(
    actor: Actor,
    obj: Owned,
    level: str,
    user_id: UUID | None,
    team_id: UUID | None,
    values: Mapping[str, Any],
) -> Share:
    people, teams = _tables(type(obj))
    expires_at = values["expires_at"]
    details = {**values, "granted_by_id": actor.user_id, "reason": values["reason"].strip()}
    # Accounts stand in the public tables, which an organization's own role does not read: the id is enough.
    if user_id is not None:
        people.objects.assign_perm_to_many(PREFIX + level, [User(pk=user_id)], obj, details=details)
    else:
        teams.objects.assign_perm_to_many(PREFIX + level, [Team(pk=team_id)], obj, details=details)
    if expires_at is not None:
        sweep_after(expires_at)
    return next(found for found in shares_of(obj) if (found.user_id, found.team_id) == (user_id, team_id))


def _delete(found: Sequence[Share], model: type[Owned]) -> None:
    people, teams = _tables(model)
    of_people = [share.id for share in found if share.user_id is not None]
    of_teams = [share.id for share in found if share.team_id is not None]
    if of_people:
        people.objects.filter(pk__in=of_people).delete()
    if of_teams:
        teams.objects.filter(pk__in=of_teams).delete()


def _tables(model: type[Owned]) -> tuple[type[UserGrant], type[TeamGrant]]:
    tables = grant_models(model)
    if tables is None:
        raise TypeError(f"{model.__name__} can't be shared.")
    return tables
