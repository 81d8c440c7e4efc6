"""People in and out of the organization. The public directory row is written in the same transaction."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from kernel.errors import Conflict, FieldError, Invalid, NotFound
from kernel.tenancy.context import Actor, TenantLike, current_organization
from kernel.tenancy.names import tenant_role
from kernel.tenancy.scope import public_scope
from tenants import records
from tenants.access.ceiling import require_within, role_is_within
from tenants.access.limits import reserve
from tenants.access.models import Membership, Role
from tenants.access.resolver import can, require
from tenants.commands.checks import name_errors
from tenants.models import DirectoryEntry, User


def add_member(*, actor: Actor, user: User, role_slug: str, name: str = "") -> Membership:
    """Let `user` in with a role; a person who is in already keeps their place and role.

    Nobody gives a role that permits more than their own. Raises LimitReached when the plan has no seat left.
    """
    require(actor, "member:invite")
    role = _role(role_slug)
    require_within(actor, role, "member:invite")
    present = Membership.objects.filter(user_id=user.pk).first()
    if present is not None:
        return present
    shown = name or user.name or user.email[:120]
    errors = name_errors(shown)
    if errors:
        raise Invalid(errors=errors)
    reserve("seats", seats_taken)
    records.access_changing(current_organization().id)
    membership = Membership.objects.create(user_id=user.pk, email=user.email, name=shown, role=role)
    _mirror(membership)
    return membership


def suspend_member(*, actor: Actor, membership_id: UUID) -> Membership:
    """Keep a person out until they are resumed; their objects stay. The last owner can't be suspended."""
    return _set_status(actor, membership_id, Membership.Status.SUSPENDED)


def resume_member(*, actor: Actor, membership_id: UUID) -> Membership:
    """Let a suspended person in again."""
    return _set_status(actor, membership_id, Membership.Status.ACTIVE)


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
        role=_role("viewer"),
        status=Membership.Status.HOLDER,
    )


def member_list(*, actor: Actor) -> Sequence[Membership]:
    """Return everybody in the organization with their roles, by name; the holder account is no person."""
    require(actor, "member:view")
    people = Membership.objects.exclude(status=Membership.Status.HOLDER)
    return list(people.select_related("role"))


def roles_to_give(*, actor: Actor) -> Sequence[Role]:
    """Return the roles to which `actor` may invite: none that permits more than their own."""
    require(actor, "member:invite")
    return [role for role in Role.objects.all() if role_is_within(actor, role)]


def may_suspend(*, actor: Actor, membership: Membership) -> bool:
    """Whether `actor` may suspend or resume this person, whose role is loaded.

    It must be somebody else whose role permits no more than the actor's.
    The last owner's case is left to the command, which decides it under a lock.
    """
    other = membership.user_id != actor.user_id
    return other and can(actor, "member:suspend") and role_is_within(actor, membership.role)


def _set_status(actor: Actor, membership_id: UUID, status: Membership.Status) -> Membership:
    require(actor, "member:suspend")
    # Owners are locked in one order, so two owners who suspend each other can't both succeed.
    owners = list(
        Membership.objects.select_for_update()
        .filter(role__slug="owner", status=Membership.Status.ACTIVE)
        .order_by("id")
        .values_list("id", flat=True)
    )
    membership = (
        Membership.objects.select_for_update(of=("self",)).select_related("role").filter(pk=membership_id).first()
    )
    if membership is None or membership.status == Membership.Status.HOLDER:
        raise NotFound()
    if membership.status == status:
        return membership
    require_within(actor, membership.role, "member:suspend")
    if status == Membership.Status.SUSPENDED and owners == [membership.pk]:
        raise Conflict(_("An organization needs at least one active owner."), code="last_owner")
    if status == Membership.Status.ACTIVE:
        reserve("seats", seats_taken)
    records.access_changing(current_organization().id)
    membership.status = status
    membership.row_version += 1
    membership.save(update_fields=["status", "row_version"])
    _mirror(membership)
    return membership


def _mirror(membership: Membership) -> None:
    organization = current_organization()
    DirectoryEntry.objects.update_or_create(
        organization_id=organization.id,
        user_id=membership.user_id,
        defaults={"email": membership.email, "status": membership.status},
        create_defaults={
            "email": membership.email,
            "status": membership.status,
            "tenant_role": tenant_role(str(connection.settings_dict["NAME"]), organization.schema_name),
        },
    )


def seats_taken() -> int:
    """Return how many seats of the plan are in use: those of active members."""
    return Membership.objects.filter(status=Membership.Status.ACTIVE).count()


def _role(slug: str) -> Role:
    role = Role.objects.filter(slug=slug).first()
    if role is None:
        raise Invalid(errors=[FieldError("/role", "unknown_role", _("There is no such role."))])
    return role
