"""People in the organization: who comes in, with which role, until when.

The public directory row is written in the same transaction.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kernel.errors import Conflict, DomainError, FieldError, Invalid, NotAllowed, NotFound, PreconditionFailed
from kernel.tenancy.context import Actor, TenantLike, current_organization
from kernel.tenancy.scope import public_scope
from tenants import records
from tenants.access.ceiling import require_within
from tenants.access.context import forget
from tenants.access.ends import plan_end
from tenants.access.limits import reserve
from tenants.access.mirror import mirror
from tenants.access.models import Membership, Role, Team, TeamMembership
from tenants.access.owners import keeping_an_owner
from tenants.access.people import seats_taken
from tenants.access.resolver import require
from tenants.commands.checks import name_errors
from tenants.models import Invitation, User

Status = Membership.Status
_NEEDS = {"role": "member:change_role", "status": "member:suspend", "expires_at": "member:suspend"}


def add_member(*, actor: Actor, user: User, role_slug: str, name: str = "") -> Membership:
    """Let `user` in with a role; a person who is in already keeps their place and role.

    Nobody gives a role that permits more than their own. Raises LimitReached when the plan has no seat left.
    """
    require(actor, "member:invite")
    role = role_named(role_slug)
    require_within(actor, role, "member:invite")
    records.access_changing(current_organization().id)
    present = Membership.objects.filter(user_id=user.pk).first()
    if present is not None:
        return present
    shown = name or user.name or user.email[:120]
    errors = name_errors(shown)
    if errors:
        raise Invalid(errors=errors)
    reserve("seats", seats_taken)
    membership = Membership.objects.create(user_id=user.pk, email=user.email, name=shown, role=role)
    mirror(membership)
    return membership


def admit(*, user: User, membership_id: UUID, name: str, teams: Iterable[Mapping[str, str]]) -> Membership:
    """Make an invited person's row that of `user`, with the role it has by now, and put them into those teams.

    A person who is in already keeps their place and role, and the invited row goes. Teams that are gone are left out.
    Raises NotFound where the row is gone or its time is over, LimitReached when the plan has no seat left.
    """
    records.access_changing(current_organization().id)
    membership = Membership.objects.select_related("role").filter(pk=membership_id, status=Status.INVITED).first()
    if membership is None:
        raise NotFound()
    present = Membership.objects.filter(user_id=user.pk).first()
    if present is not None:
        membership.delete()
        return present
    if is_over(membership.expires_at):
        raise NotFound()
    reserve("seats", seats_taken)
    membership.user_id, membership.email = user.pk, user.email
    membership.name = name or user.name or user.email[:120]
    membership.status = Status.ACTIVE
    membership.row_version += 1
    membership.save(update_fields=["user_id", "email", "name", "status", "row_version"])
    mirror(membership)
    plan_end(membership)
    roles = {UUID(team["team_id"]): team["role"] for team in teams}
    TeamMembership.objects.bulk_create(
        TeamMembership(user_id=user.pk, team_id=team_id, role=roles[team_id])
        for team_id in Team.objects.filter(pk__in=roles).order_by("id").values_list("pk", flat=True)
    )
    return membership


def change_member(
    *, actor: Actor, membership_id: UUID, changes: Mapping[str, Any], version: int | None = None
) -> Membership:
    """Change a person's `role` (its slug), `status` (active or suspended) and `expires_at`; the rest stays.

    Nobody changes a person whose role permits more than their own, or gives such a role, or puts off the end of their
    own place. A lasting owner stays, as tenants.access.owners decides. Raises PreconditionFailed where the person is at
    another version than `version`.
    """
    membership = locked(actor, membership_id, version, *{_NEEDS[name] for name in changes})
    for needed in sorted({_NEEDS[name] for name in changes}):
        require_within(actor, membership.role, needed)
    changed = _differences(actor, membership, changes)
    if not changed:
        return membership
    if actor.user_id is not None and actor.user_id == membership.user_id:
        _refuse_later_end(membership, changed)
    _check(membership, changed)
    with keeping_an_owner():
        for name, value in changed.items():
            setattr(membership, name, value)
        membership.row_version += 1
        membership.save(update_fields=[*changed, "row_version"])
        if "status" in changed:
            mirror(membership)
        if "role" in changed and membership.status == Status.INVITED:
            follow_role([membership.pk], membership.role)
    if membership.status == Status.ACTIVE:
        plan_end(membership)
    return membership


def change_role(*, actor: Actor, membership_id: UUID, role_slug: str, version: int | None = None) -> Membership:
    """Give a person another role; both the former and the new one must be within the actor's own rights."""
    return change_member(actor=actor, membership_id=membership_id, version=version, changes={"role": role_slug})


def change_roles(*, actor: Actor, versions: Mapping[UUID, int], role_slug: str) -> list[Membership]:
    """Give several people, each at the version that was seen, the same role: all of them or none."""
    try:
        with transaction.atomic():
            return [
                change_role(actor=actor, membership_id=membership_id, version=version, role_slug=role_slug)
                for membership_id, version in sorted(versions.items())
            ]
    except DomainError:
        forget()
        raise


def set_expiry(
    *, actor: Actor, membership_id: UUID, expires_at: datetime | None, version: int | None = None
) -> Membership:
    """Let a person's place here end at `expires_at`, or never. It ends by the clock; a job then frees the seat."""
    return change_member(actor=actor, membership_id=membership_id, version=version, changes={"expires_at": expires_at})


def suspend_member(*, actor: Actor, membership_id: UUID, version: int | None = None) -> Membership:
    """Keep a person out until they are resumed; their objects stay. The last owner can't be suspended."""
    changes = {"status": Status.SUSPENDED}
    return change_member(actor=actor, membership_id=membership_id, version=version, changes=changes)


def resume_member(*, actor: Actor, membership_id: UUID, version: int | None = None) -> Membership:
    """Let a suspended person in again."""
    changes = {"status": Status.ACTIVE}
    return change_member(actor=actor, membership_id=membership_id, version=version, changes=changes)


def holder_account(*, actor: Actor, organization: TenantLike) -> User:
    """Return the account that owns what has no owner here: it can't sign in. Made once; public phase."""
    with public_scope(actor=actor, source="system"):
        user = User(email=f"holder@{organization.id}.invalid", name=_("Imported data"), is_active=False)
        user.set_unusable_password()
        User.objects.bulk_create([user], ignore_conflicts=True)
        return User.objects.get(email=user.email)


def add_holder(*, actor: Actor, user: User) -> Membership:
    """Give the holder account its place in the open scope's organization; takes no seat, has no directory row."""
    require(actor, "import:run")
    present = Membership.objects.filter(user_id=user.pk).first()
    if present is not None:
        return present
    records.access_changing(current_organization().id)
    return Membership.objects.create(
        user_id=user.pk,
        email=user.email,
        name=user.name,
        role=role_named("viewer"),
        status=Status.HOLDER,
    )


def locked(actor: Actor, membership_id: UUID, version: int | None, *permissions: str) -> Membership:
    """Return a person whom `actor`, with these permissions, is about to change; nobody else does until the commit.

    The permissions are asked again under the lock: the actor may have lost them while waiting for it. Whoever makes
    the person own something new waits too (tenants.access.owned).
    """
    for permission in permissions:
        require(actor, permission)
    records.access_changing(current_organization().id)
    for permission in permissions:
        require(actor, permission)
    people = Membership.objects.select_related("role").select_for_update(of=("self",)).exclude(status=Status.HOLDER)
    membership = people.filter(pk=membership_id).first()
    if membership is None:
        raise NotFound()
    if version is not None and version != membership.row_version:
        raise PreconditionFailed(version=membership.row_version)
    return membership


def follow_role(membership_ids: Collection[UUID], role: Role) -> None:
    """Let the open invitations of these people, who were only invited, say the role that they have now."""
    rows = Invitation.objects.filter(organization_id=current_organization().id, membership_id__in=membership_ids)
    rows.filter(accepted_at=None, revoked_at=None).update(role=role.slug)


def is_over(expires_at: datetime | None) -> bool:
    """Whether a place that ends then has ended."""
    return expires_at is not None and expires_at <= timezone.now()


def role_named(slug: str, pointer: str = "/role") -> Role:
    """Return the role; raise Invalid where there is none."""
    role = Role.objects.filter(slug=slug).first()
    if role is None:
        raise Invalid(errors=[FieldError(pointer, "unknown_role", _("There is no such role."))])
    return role


def _differences(actor: Actor, membership: Membership, changes: Mapping[str, Any]) -> dict[str, Any]:
    wanted = dict(changes)
    if "role" in wanted:
        wanted["role"] = role_named(wanted["role"])
        require_within(actor, wanted["role"], "member:change_role")
    return {name: value for name, value in wanted.items() if value != getattr(membership, name)}


def _refuse_later_end(membership: Membership, changed: Mapping[str, Any]) -> None:
    present, ends = membership.expires_at, changed.get("expires_at", membership.expires_at)
    if present is not None and (ends is None or ends > present):
        raise NotAllowed(_("Nobody puts off the end of their own place here. Ask somebody else."), code="own_end")


def _check(membership: Membership, changed: Mapping[str, Any]) -> None:
    ends = changed.get("expires_at", membership.expires_at)
    if "expires_at" in changed and is_over(ends):
        raise Invalid(errors=[FieldError("/expires_at", "out_of_range", _("Choose a time in the future."))])
    if "status" not in changed:
        return
    if membership.status == Status.INVITED:
        raise Conflict(
            _("%(name)s has not accepted the invitation yet.") % {"name": membership}, code="not_accepted_yet"
        )
    if changed["status"] == Status.ACTIVE:
        if is_over(ends):
            raise Conflict(
                _("%(name)s's time here is over. Choose another end first.") % {"name": membership},
                code="membership_over",
            )
        reserve("seats", seats_taken)
