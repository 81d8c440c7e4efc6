"""Roles and permissions as data."""

import pytest

from tenants.access.catalogue import PERMISSIONS, ROLES, known, label, roles_with


def test_an_unknown_permission_is_a_bug_not_a_no() -> None:
    with pytest.raises(KeyError, match="campaign:viev"):
        known("campaign:viev")


def test_the_owner_may_do_everything_and_the_admin_all_but_the_owners_own() -> None:
    assert set(ROLES["owner"].permissions) == set(PERMISSIONS)
    assert set(PERMISSIONS) - set(ROLES["admin"].permissions) == {
        "organization:billing",
        "organization:transfer",
        "organization:delete",
    }


@pytest.mark.parametrize(
    ("role", "action", "reach"),
    [
        ("manager", "campaign:view", "all"),
        ("manager", "campaign:edit", "team"),
        ("manager", "campaign:approve", "team"),
        ("marketer", "campaign:view", "team"),
        ("marketer", "campaign:publish", "own"),
        ("marketer", "campaign:approve", None),
        ("marketer", "audit:view", "own"),
        ("analyst", "campaign:view", "all"),
        ("analyst", "campaign:edit", None),
        ("analyst", "token:create", "own"),
        ("viewer", "campaign:view", "team"),
        ("viewer", "token:create", None),
        ("manager", "import:run", None),
    ],
)
def test_a_role_reaches_as_far_as_the_matrix_says(role: str, action: str, reach: str | None) -> None:
    assert ROLES[role].permissions.get(action) == reach


def test_every_view_permission_exists_where_others_of_its_resource_are_checked_on_objects() -> None:
    for resource in ("campaign", "catalog", "asset"):
        assert f"{resource}:view" in PERMISSIONS


def test_it_names_who_reaches_further() -> None:
    assert roles_with("campaign:edit") == ["Owner", "Admin", "Manager", "Marketer"]
    assert roles_with("campaign:edit", wider_than="team") == ["Owner", "Admin"]
    assert label("campaign:edit") == "Change campaigns"
