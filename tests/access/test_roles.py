"""Custom roles: made from others, changed cell by cell, never above their author."""

from typing import Any
from uuid import UUID

import pytest

from kernel.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound, PreconditionFailed
from kernel.ids import uuid7
from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.scope import scope
from tenants.access.catalogue import PERMISSIONS, ROLES
from tenants.access.context import forget
from tenants.access.models import Membership, Role
from tenants.access.resolver import can
from tenants.access.role_queries import holders, role_detail, role_list
from tenants.access.roles import (
    MOST_CUSTOM_ROLES,
    Diff,
    change_role_permissions,
    clone_role,
    delete_role,
    install_roles,
    rename_role,
)
from tenants.models import Organization
from tenants.provisioning.migrate import migrate


def builtin(slug: str) -> Role:
    """A built-in role."""
    return Role.objects.get(slug=slug)


def clone(of: str = "marketer", name: str = "Agency partner", **values: Any) -> Role:
    """A custom role made by the system."""
    return clone_role(actor=SYSTEM, source_id=builtin(of).pk, name=name, **values)


def give(actor: Actor, role: Role) -> None:
    """Let somebody have a role."""
    assert actor.user_id is not None
    Membership.objects.filter(user_id=actor.user_id).update(role=role)
    forget()


def author(actor: Actor, **permissions: str) -> Role:
    """Let somebody have just these rights, role:define among them; `__` stands for the colon."""
    named = {name.replace("__", ":"): reach for name, reach in permissions.items()}
    role = Role.objects.create(
        slug="custom-author", name="Author", permissions={"role:define": "all", "member:view": "all"} | named
    )
    give(actor, role)
    return role


def rows() -> list[Any]:
    """Every role and who has it, to prove that a refused call changed nothing."""
    return [list(model.objects.order_by("pk").values_list()) for model in (Role, Membership)]


def test_a_clone_permits_what_its_source_does(admin: Actor) -> None:
    made = clone_role(
        actor=admin, source_id=builtin("marketer").pk, name=" Agency ", changes={"campaign:publish": None}
    )

    expected = {name: reach for name, reach in ROLES["marketer"].permissions.items() if name != "campaign:publish"}
    assert made.permissions == expected
    assert (made.name, made.builtin, made.row_version) == ("Agency", False, 1)
    assert made.slug not in ROLES
    assert [role.pk for role in role_list(actor=admin)][-1] == made.pk


def test_nobody_clones_more_than_they_have(admin: Actor) -> None:
    before = rows()

    with pytest.raises(Invalid) as refusal:
        clone_role(actor=admin, source_id=builtin("owner").pk, name="Twin")

    assert {error.pointer: error.code for error in refusal.value.errors} == {
        "/permissions/organization:billing": "beyond_own_rights",
        "/permissions/organization:transfer": "beyond_own_rights",
        "/permissions/organization:delete": "beyond_own_rights",
    }
    assert "Manage plan and billing" in refusal.value.errors[0].message
    assert rows() == before


def test_a_clone_of_a_wider_role_is_fine_once_narrowed(admin: Actor) -> None:
    without: Diff = dict.fromkeys(("organization:billing", "organization:transfer", "organization:delete"))

    made = clone_role(actor=admin, source_id=builtin("owner").pk, name="Twin", changes=without)

    assert made.permissions == dict(ROLES["admin"].permissions)


@pytest.mark.parametrize("who", ["manager", "marketer", "analyst", "viewer"])
def test_only_who_may_define_roles_does(who: str, request: pytest.FixtureRequest) -> None:
    actor, role = request.getfixturevalue(who), clone()
    before = rows()

    for attempt in (
        lambda: clone_role(actor=actor, source_id=role.pk, name="Mine"),
        lambda: change_role_permissions(actor=actor, role_id=role.pk, version=1, changes={"campaign:edit": None}),
        lambda: rename_role(actor=actor, role_id=role.pk, version=1, changes={"name": "Mine"}),
        lambda: delete_role(actor=actor, role_id=role.pk, version=1),
    ):
        with pytest.raises(NotAllowed) as refusal:
            attempt()
        assert refusal.value.extra == {"permission": "role:define", "granted_by": ["Owner", "Admin"]}
    assert rows() == before


def test_a_diff_changes_its_cells_and_nothing_else(admin: Actor) -> None:
    role = clone()

    changed = change_role_permissions(
        actor=admin, role_id=role.pk, version=1, changes={"campaign:edit": "own", "campaign:delete": None}
    )

    expected = dict(ROLES["marketer"].permissions) | {"campaign:edit": "own"}
    del expected["campaign:delete"]
    assert (changed.permissions, changed.row_version) == (expected, 2)
    same = change_role_permissions(actor=admin, role_id=role.pk, version=2, changes={"campaign:edit": "own"})
    assert same.row_version == 2


def test_a_changed_cell_acts_at_once(admin: Actor, marketer: Actor) -> None:
    role = clone()
    give(marketer, role)
    assert can(marketer, "campaign:create")

    change_role_permissions(actor=admin, role_id=role.pk, version=1, changes={"campaign:create": None})

    assert not can(marketer, "campaign:create")


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"campaign:fly": "all"}, {"/permissions/campaign:fly": "unknown_permission"}),
        ({"role:define": "team"}, {"/permissions/role:define": "unknown_value"}),
        ({"token:create": "team"}, {"/permissions/token:create": "unknown_value"}),
        ({"campaign:edit": "everything"}, {"/permissions/campaign:edit": "unknown_value"}),
        (
            {"campaign:edit": "", "x": None},
            {"/permissions/campaign:edit": "unknown_value", "/permissions/x": "unknown_permission"},
        ),
    ],
)
def test_a_cell_holds_what_the_catalogue_knows(admin: Actor, changes: Diff, errors: dict[str, str]) -> None:
    role = clone()
    before = rows()

    with pytest.raises(Invalid) as refusal:
        change_role_permissions(actor=admin, role_id=role.pk, version=1, changes=changes)

    assert {error.pointer: error.code for error in refusal.value.errors} == errors
    assert rows() == before


def test_a_diff_stands_on_the_version_that_was_seen(admin: Actor) -> None:
    role = clone()
    change_role_permissions(actor=admin, role_id=role.pk, version=1, changes={"campaign:edit": "own"})
    before = rows()

    for attempt in (
        lambda: change_role_permissions(actor=admin, role_id=role.pk, version=1, changes={"campaign:edit": "all"}),
        lambda: rename_role(actor=admin, role_id=role.pk, version=1, changes={"name": "Late"}),
        lambda: delete_role(actor=admin, role_id=role.pk, version=1),
    ):
        with pytest.raises(PreconditionFailed) as refusal:
            attempt()
        assert refusal.value.extra == {"version": 2}
    assert rows() == before


def test_nobody_gives_or_takes_away_more_than_they_have(admin: Actor) -> None:
    role = clone("manager", "Deputy")
    author(admin, campaign__edit="own", catalog__edit="team")
    before = rows()

    with pytest.raises(Invalid) as refusal:
        change_role_permissions(
            actor=admin,
            role_id=role.pk,
            version=1,
            changes={
                "campaign:edit": "own",  # was team: more than the author may take away
                "catalog:edit": "all",  # more than the author may give
                "campaign:delete": None,  # the author has none of it
                "asset:view": "team",  # as it was
            },
        )

    assert {error.pointer for error in refusal.value.errors} == {
        "/permissions/campaign:edit",
        "/permissions/catalog:edit",
        "/permissions/campaign:delete",
    }
    assert rows() == before
    changed = change_role_permissions(actor=admin, role_id=role.pk, version=1, changes={"catalog:edit": "own"})
    assert changed.permissions["catalog:edit"] == "own"


def test_nobody_locks_themselves_out(admin: Actor, owner: Actor) -> None:
    role = author(admin, campaign__edit="all")
    viewer = builtin("viewer")
    before = rows()

    with pytest.raises(Conflict) as change:
        change_role_permissions(actor=admin, role_id=role.pk, version=1, changes={"role:define": None})
    with pytest.raises(DomainError):
        delete_role(actor=admin, role_id=role.pk, version=1, replacement_id=viewer.pk)

    assert change.value.code == "self_lockout"
    assert rows() == before
    changed = change_role_permissions(actor=owner, role_id=role.pk, version=1, changes={"role:define": None})
    assert "role:define" not in changed.permissions


def test_deleting_ones_own_role_does_not_lock_out_either(admin: Actor) -> None:
    role = clone("admin", "Second admin")
    give(admin, role)

    with pytest.raises(Conflict) as refusal:
        delete_role(actor=admin, role_id=role.pk, version=1, replacement_id=builtin("manager").pk)

    assert refusal.value.code == "self_lockout"
    assert Role.objects.filter(pk=role.pk).exists()


@pytest.mark.parametrize("slug", ROLES)
def test_a_built_in_role_is_locked(owner: Actor, slug: str) -> None:
    role = builtin(slug)
    before = rows()

    for attempt in (
        lambda: change_role_permissions(actor=owner, role_id=role.pk, version=1, changes={"campaign:edit": None}),
        lambda: rename_role(actor=owner, role_id=role.pk, version=1, changes={"name": "Mine"}),
        lambda: delete_role(actor=owner, role_id=role.pk, version=1, replacement_id=builtin("viewer").pk),
    ):
        with pytest.raises(Conflict) as refusal:
            attempt()
        assert refusal.value.code == "builtin_role"
    assert rows() == before


def test_a_role_has_a_name_of_its_own(admin: Actor) -> None:
    first, second = clone(name="Agency"), clone(name="Freelancer")

    for name in ("agency", "OWNER"):
        with pytest.raises(Conflict) as cloning:
            clone(name=name)
        assert cloning.value.code == "already_exists"
    with pytest.raises(Conflict) as renaming:
        rename_role(actor=admin, role_id=second.pk, version=1, changes={"name": "AGENCY"})
    assert renaming.value.code == "already_exists"
    for name in ("", "x" * 81, "a\u202eb"):
        with pytest.raises(Invalid):
            rename_role(actor=admin, role_id=first.pk, version=1, changes={"name": name})

    renamed = rename_role(actor=admin, role_id=first.pk, version=1, changes={"name": "AGENCY", "description": "Out"})
    assert (renamed.name, renamed.description, renamed.row_version) == ("AGENCY", "Out", 2)
    assert rename_role(actor=admin, role_id=first.pk, version=2, changes={"name": "AGENCY "}).row_version == 2


def test_who_has_a_deleted_role_gets_another(admin: Actor, marketer: Actor) -> None:
    role = clone()
    give(marketer, role)
    Membership.objects.create(email="new@example.test", name="New", role=role, status="invited")
    before = rows()

    for replacement in (None, role.pk):
        with pytest.raises(Conflict) as refusal:
            delete_role(actor=admin, role_id=role.pk, version=1, replacement_id=replacement)
        assert (refusal.value.code, refusal.value.extra) == ("role_in_use", {"people": 2})
    with pytest.raises(NotAllowed) as beyond:
        delete_role(actor=admin, role_id=role.pk, version=1, replacement_id=builtin("owner").pk)
    with pytest.raises(Invalid):
        delete_role(actor=admin, role_id=role.pk, version=1, replacement_id=uuid7())
    assert beyond.value.code == "beyond_own_rights"
    assert rows() == before

    viewer = builtin("viewer")
    delete_role(actor=admin, role_id=role.pk, version=1, replacement_id=viewer.pk)
    found = Membership.objects.filter(role=viewer).order_by("name").values_list("name", "row_version")
    assert list(found) == [("Marketer", 2), ("New", 2)]
    assert not can(marketer, "campaign:create")


def test_a_role_that_nobody_has_simply_goes(admin: Actor) -> None:
    role = clone()

    delete_role(actor=admin, role_id=role.pk, version=1)

    assert not Role.objects.filter(pk=role.pk).exists()


def test_there_are_only_so_many_custom_roles(admin: Actor) -> None:
    for number in range(MOST_CUSTOM_ROLES):
        clone(name=f"Role {number}")

    with pytest.raises(Conflict) as refusal:
        clone(name="One more")

    assert refusal.value.code == "too_many_roles"
    assert Role.objects.filter(builtin=False).count() == MOST_CUSTOM_ROLES


def test_the_list_counts_people_in_one_statement(admin: Actor, viewer: Actor, django_assert_num_queries: Any) -> None:
    role = clone()
    Membership.objects.create(email="new@example.test", name="New", role=builtin("viewer"), status="invited")
    Membership.objects.create(user_id=uuid7(), email="s@example.test", name="S", role=role, status="suspended")
    role_list(actor=admin)

    with django_assert_num_queries(1):
        found = {row.slug: row.people for row in role_list(actor=admin)}  # type: ignore[attr-defined]

    assert found == dict.fromkeys(ROLES, 0) | {"admin": 1, "viewer": 1, role.slug: 0}
    assert role_detail(actor=admin, role_id=builtin("viewer").pk).people == 1  # type: ignore[attr-defined]
    assert [person.name for person in holders(actor=admin, role_id=builtin("viewer").pk)] == ["New", "Viewer"]


def test_roles_are_seen_by_who_may_see_people(viewer: Actor, analyst: Actor) -> None:
    with pytest.raises(NotAllowed):
        role_list(actor=viewer)
    assert len(role_list(actor=analyst)) == len(ROLES)
    with pytest.raises(NotFound):
        role_detail(actor=analyst, role_id=UUID(int=0))


def test_a_retired_permission_goes_with_the_next_change(admin: Actor) -> None:
    role = clone()
    Role.objects.filter(pk=role.pk).update(permissions={"campaign:view": "all", "campaign:fly": "all"})

    changed = change_role_permissions(actor=admin, role_id=role.pk, version=1, changes={"campaign:edit": "own"})

    assert changed.permissions == {"campaign:view": "all", "campaign:edit": "own"}


def test_installed_roles_hold_every_permission_of_the_catalogue(admin: Actor) -> None:
    Role.objects.filter(slug="owner").update(permissions={})
    install_roles()

    assert builtin("owner").permissions == dict.fromkeys(PERMISSIONS, "all")


def test_migrating_renews_the_built_in_roles_of_each_organization(organization: Organization) -> None:
    with scope(organization, actor=SYSTEM, source="system"):
        Role.objects.filter(slug="manager").update(permissions={"campaign:view": "all"})
        Role.objects.filter(slug="viewer").delete()
        kept = clone().permissions
    Organization.objects.using("owner").filter(pk=organization.pk).update(migration_key="older")

    migrate(lambda _line: None)

    with scope(organization, actor=SYSTEM, source="system"):
        stored = dict(Role.objects.values_list("slug", "permissions"))
    assert [stored.pop(slug) for slug in ROLES] == [dict(role.permissions) for role in ROLES.values()]
    assert list(stored.values()) == [kept]
