"""Offboarding: who leaves gives everything they own to somebody who stays."""

from collections.abc import Mapping
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from kernel.errors import Conflict, FieldError, Invalid
from kernel.recorder.events import event
from kernel.tenancy.context import Actor, current_organization
from tenants.access.ceiling import require_within
from tenants.access.members import locked
from tenants.access.mirror import unmirror
from tenants.access.models import Membership, ServiceToken, Team, TeamMembership, UserGrant
from tenants.access.owners import keeping_an_owner
from tenants.access.people import active_people, person
from tenants.access.resolver import require
from tenants.access.shares import grant_models, shareable_models
from tenants.access.teams import owned_models
from tenants.models import Invitation


def owned_counts(*, actor: Actor, membership_id: UUID) -> Mapping[str, int]:
    """Return how many objects of each kind a person owns, live and trashed; a query per kind."""
    require(actor, "member:suspend")
    return _owned_by(person(actor=actor, membership_id=membership_id).user_id)


def shares_count(*, actor: Actor, membership_id: UUID) -> int:
    """Return how many objects are shared with a person directly."""
    require(actor, "member:suspend")
    user_id = person(actor=actor, membership_id=membership_id).user_id
    return sum(table.objects.filter(user_id=user_id).count() for table in _user_grants()) if user_id else 0


def remove_member(
    *, actor: Actor, membership_id: UUID, heir_id: UUID | None = None, version: int | None = None
) -> Mapping[str, int]:
    """Take a person out for good; return how many objects of each kind `heir_id`, another member, inherits.

    Raises Conflict with code heir_required and the counts where they own something and nobody inherits. Their API
    tokens, their places in teams and what was shared with them directly end with their place. Somebody who was only
    invited is no longer. All of it happens, or nothing.
    """
    membership = locked(actor, membership_id, version, "member:suspend")
    require_within(actor, membership.role, "member:suspend")
    user_id = membership.user_id
    if user_id is None:
        withdraw(membership.pk)
        return {}
    owned = {kind: count for kind, count in _owned_by(user_id).items() if count}
    heir = _heir(membership, heir_id)
    if owned and heir is None:
        raise Conflict(
            _("%(name)s owns something. Choose who inherits it.") % {"name": membership},
            code="heir_required",
            owned=owned,
        )
    with keeping_an_owner():
        if heir is not None:
            _hand_over(user_id, heir)
        ServiceToken.objects.filter(owner=membership).delete()
        TeamMembership.objects.filter(user_id=user_id).delete()
        for table in _user_grants():
            table.objects.filter(user_id=user_id).delete()
        heir_name = str(heir) if owned else None
        event("member.removed", membership, data={"email": membership.email, "heir": heir_name, "inherited": owned})
        membership.delete()
        unmirror(membership)
    return owned


def withdraw(membership_id: UUID) -> None:
    """Remove somebody who was only invited, with the invitation. Call records.access_changing() before."""
    rows = Invitation.objects.filter(organization_id=current_organization().id, membership_id=membership_id)
    rows.filter(accepted_at=None, revoked_at=None).update(revoked_at=Now(), row_version=F("row_version") + 1)
    Membership.objects.filter(pk=membership_id, status=Membership.Status.INVITED).delete()


def _user_grants() -> list[type[UserGrant]]:
    tables = [grant_models(model) for model in shareable_models().values()]
    return [found[0] for found in tables if found is not None]


def _owned_by(user_id: UUID | None) -> dict[str, int]:
    rows = {
        model._meta.model_name or "": model._default_manager.filter(owner_id=user_id)
        for model in owned_models().values()
    }
    counts = {kind: rows[kind].count() if user_id else 0 for kind in sorted(rows)}
    return counts | {"team": Team.objects.filter(owner_id=user_id).count() if user_id else 0}


def _heir(membership: Membership, heir_id: UUID | None) -> Membership | None:
    if heir_id is None:
        return None
    heir = active_people().exclude(pk=membership.pk).filter(pk=heir_id).first()
    if heir is None:
        message = _("Choose another member who is active.")
        raise Invalid(errors=[FieldError("/heir_id", "unknown_heir", message)])
    return heir


def _hand_over(user_id: UUID, heir: Membership) -> None:
    version = F("row_version") + 1
    for model in owned_models().values():
        rows = model._default_manager.filter(owner_id=user_id)
        rows.update(owner_id=heir.user_id, row_version=version, updated_at=Now())
    Team.objects.filter(owner_id=user_id).update(owner_id=heir.user_id, row_version=version)
