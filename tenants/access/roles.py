"""Roles: the built-in ones as rows, and custom ones, which are made from another and changed cell by cell.

Nobody gives or takes away more than they have: of each changed cell what it was and what it becomes must be within the
author's own permissions. Built-in roles are data of the code and can't be changed.
"""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.errors import Conflict, DomainError, FieldError, Invalid, NotFound, PreconditionFailed
from kernel.ids import uuid7
from kernel.tenancy.context import Actor, current_organization
from tenants import records
from tenants.access.catalogue import PERMISSIONS, ROLES, exceeds, label
from tenants.access.ceiling import require_within
from tenants.access.context import access_of, forget, role_permissions
from tenants.access.members import follow_role
from tenants.access.models import Membership, Role
from tenants.access.resolver import permissions_of, require
from tenants.access.words import name_errors, note_errors

DEFINE = "role:define"
MOST_CUSTOM_ROLES = 20
# Custom roles stand after all built-in ones.
CUSTOM_POSITION = 100

type Diff = Mapping[str, str | None]
"""Permissions with their new reach; None takes one away."""


def install_roles() -> None:
    """Write the built-in roles into the open scope's organization; run again, it writes only what differs."""
    present = {role.slug: role for role in Role.objects.filter(slug__in=ROLES)}
    for role in ROLES.values():
        wanted = {
            "name": str(role.name),
            "builtin": True,
            "position": role.position,
            "permissions": dict(role.permissions),
        }
        row = present.get(role.slug)
        if row is None:
            Role.objects.create(slug=role.slug, **wanted)
        elif any(getattr(row, name) != value for name, value in wanted.items()):
            records.access_changing(current_organization().id)
            Role.objects.filter(pk=row.pk).update(**wanted, row_version=row.row_version + 1)


def clone_role(*, actor: Actor, source_id: UUID, name: str, description: str = "", changes: Diff | None = None) -> Role:
    """Make a custom role that permits what another one does, with `changes`; never more than `actor` may do.

    Raises Invalid that names every permission beyond the author's own, Conflict for a name that is taken and where
    there are too many roles already.
    """
    _lock(actor)
    source = role_row(source_id)
    values = {"name": name.strip(), "description": description.strip()}
    _check_words(None, values)
    wanted = applied(source, changes or {})
    _refuse_beyond(exceeds(wanted, permissions_of(actor)))
    if Role.objects.filter(builtin=False).count() >= MOST_CUSTOM_ROLES:
        detail = _("There are %(most)d custom roles already; delete one first.") % {"most": MOST_CUSTOM_ROLES}
        raise Conflict(detail, code="too_many_roles")
    role_id = uuid7()
    return Role.objects.create(
        id=role_id, slug=f"custom-{role_id.hex[-12:]}", position=CUSTOM_POSITION, permissions=wanted, **values
    )


def change_role_permissions(*, actor: Actor, role_id: UUID, version: int, changes: Diff) -> Role:
    """Change some cells of the custom role that is at `version`; what changes nothing writes nothing.

    Raises PreconditionFailed for another version, Conflict (self_lockout) when authors would take the right to define
    roles from themselves, and Invalid that names every wrong cell.
    """
    _lock(actor)
    role = custom_role(role_id)
    _check_version(role, version)
    wanted = checked(actor, role, changes)
    if wanted == permissions_in(role):
        return role
    return _write(role, {"permissions": wanted})


def change_roles(*, actor: Actor, drafts: Mapping[UUID, tuple[int, Diff]]) -> list[Role]:
    """Change cells of several roles, each at its version; all of them or, where one is refused, none."""
    try:
        with transaction.atomic():
            return [
                change_role_permissions(actor=actor, role_id=role_id, version=version, changes=changes)
                for role_id, (version, changes) in drafts.items()
            ]
    except DomainError:
        forget()
        raise


def rename_role(*, actor: Actor, role_id: UUID, version: int, changes: Mapping[str, str]) -> Role:
    """Change `name` or `description` of the custom role that is at `version`."""
    _lock(actor)
    role = custom_role(role_id)
    _check_version(role, version)
    texts = {name: value.strip() for name, value in changes.items()}
    different = {name: value for name, value in texts.items() if getattr(role, name) != value}
    if not different:
        return role
    _check_words(role, different)
    return _write(role, different)


def delete_role(*, actor: Actor, role_id: UUID, version: int, replacement_id: UUID | None = None) -> None:
    """Delete the custom role that is at `version`; who has it, or is invited to it, gets the replacement.

    Neither role may permit more than `actor` may do. Raises Conflict when people have it and no other role is named.
    """
    _lock(actor)
    role = custom_role(role_id)
    _check_version(role, version)
    require_within(actor, role, DEFINE)
    holders = Membership.objects.filter(role=role)
    count = holders.count()
    if count:
        if replacement_id is None or replacement_id == role.pk:
            detail = _("People have this role; name another one for them.")
            raise Conflict(detail, code="role_in_use", people=count)
        replacement = _replacement(replacement_id)
        require_within(actor, replacement, DEFINE)
        if DEFINE not in permissions_in(replacement):
            _refuse_lockout(actor, role)
        for membership in holders:
            membership.role = replacement
            membership.row_version += 1
        Membership.objects.bulk_update(holders, ["role", "row_version"])
        follow_role([membership.pk for membership in holders], replacement)
    role.delete()


def role_row(role_id: UUID) -> Role:
    """Return the role; NotFound where there is none."""
    role = Role.objects.filter(pk=role_id).first()
    if role is None:
        raise NotFound()
    return role


def custom_role(role_id: UUID) -> Role:
    """Return the role; Conflict for a built-in one, which can't be changed."""
    role = role_row(role_id)
    if role.builtin:
        raise Conflict(_("Built-in roles can't be changed; clone it instead."), code="builtin_role")
    return role


def permissions_in(role: Role) -> dict[str, str]:
    """Return what the role permits, with its reach."""
    return dict(role_permissions(role.slug, role.permissions))


def applied(role: Role, changes: Diff) -> dict[str, str]:
    """Return what the role would permit after `changes`, in the catalogue's order.

    Raises Invalid for permissions that don't exist and for reaches that they don't know.
    """
    errors = []
    for name, reach in changes.items():
        if name not in PERMISSIONS:
            errors.append(FieldError(_pointer(name), "unknown_permission", _("There is no such permission.")))
        elif reach is not None and reach not in PERMISSIONS[name].reaches:
            message = _("%(label)s: choose %(reaches)s or nothing.") % {
                "label": label(name),
                "reaches": ", ".join(PERMISSIONS[name].reaches),
            }
            errors.append(FieldError(_pointer(name), "unknown_value", message))
    if errors:
        raise Invalid(errors=errors)
    merged = permissions_in(role) | dict(changes)
    return {name: reach for name in PERMISSIONS if (reach := merged.get(name)) is not None}


def narrowing(actor: Actor, role: Role) -> Diff:
    """Return the changes that bring what the role permits within what `actor` may do."""
    present, own = permissions_in(role), permissions_of(actor)
    beyond = exceeds(present, own)
    return {name: own.get(name) if own.get(name) in PERMISSIONS[name].reaches else None for name in beyond}


def checked(actor: Actor, role: Role, changes: Diff) -> dict[str, str]:
    """Return what the role would permit after `changes` by `actor`; raise what change_role_permissions() would."""
    before, after = permissions_in(role), applied(role, changes)
    different = [name for name in PERMISSIONS if before.get(name) != after.get(name)]
    own = permissions_of(actor)
    touched = [{name: cells[name] for name in different if name in cells} for cells in (before, after)]
    _refuse_beyond(list(dict.fromkeys(name for cells in touched for name in exceeds(cells, own))))
    if DEFINE in before and DEFINE not in after:
        _refuse_lockout(actor, role)
    return after


def _lock(actor: Actor) -> None:
    """Let in who may define roles, one after the other, and ask again after the wait."""
    require(actor, DEFINE)
    records.access_changing(current_organization().id)
    require(actor, DEFINE)


def _check_version(role: Role, version: int) -> None:
    if role.row_version != version:
        raise PreconditionFailed(version=role.row_version)


def _check_words(role: Role | None, values: Mapping[str, str]) -> None:
    errors = []
    if "name" in values:
        errors += name_errors(values["name"])
    if "description" in values:
        errors += note_errors(values["description"])
    if errors:
        raise Invalid(errors=errors)
    if "name" in values:
        others = Role.objects.exclude(pk=role.pk) if role else Role.objects.all()
        if others.filter(name__iexact=values["name"]).exists():
            message = _("There is a role of this name.")
            raise Conflict(message, code="already_exists", errors=[FieldError("/name", "already_exists", message)])


def _replacement(role_id: UUID) -> Role:
    role = Role.objects.filter(pk=role_id).first()
    if role is None:
        raise Invalid(errors=[FieldError("/replacement_id", "unknown_role", _("There is no such role."))])
    return role


def _refuse_beyond(names: list[str]) -> None:
    if names:
        message = _("Your own role does not reach that far: %(label)s.")
        raise Invalid(
            errors=[FieldError(_pointer(name), "beyond_own_rights", message % {"label": label(name)}) for name in names]
        )


def _refuse_lockout(actor: Actor, role: Role) -> None:
    access = access_of(actor)
    if access is not None and access.role == role.slug:
        detail = _("This is your own role: you would not be able to define roles any more.")
        raise Conflict(detail, code="self_lockout")


def _pointer(name: str) -> str:
    return f"/permissions/{name}"


def _write(role: Role, values: Mapping[str, object]) -> Role:
    Role.objects.filter(pk=role.pk).update(**values, row_version=role.row_version + 1)
    role.refresh_from_db()
    return role
