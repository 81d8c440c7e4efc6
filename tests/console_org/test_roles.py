"""The role matrix and the pages of roles."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tenants import records
from tenants.access.catalogue import PERMISSIONS, ROLES
from tenants.access.models import Membership, Role
from tenants.access.roles import change_role_permissions, clone_role
from tests.console_org.desk import House, queries_of, toasts, words


@pytest.fixture
def role(house: House) -> Role:
    """A custom role that the marketer has."""
    with scope(house.tenant, actor=house.actors["admin"], source="console"):
        source = Role.objects.get(slug="marketer")
        made = clone_role(actor=house.actors["admin"], source_id=source.pk, name="Agency partner")
        records.access_changing(house.organization.pk)
        Membership.objects.filter(user_id=house.users["marketer"].pk).update(role=made)
    return made


def draft(role: Role, **cells: str) -> dict[str, str]:
    """The form as a browser sends it: only the cells that differ. `__` stands for the colon."""
    found = {f"version.{role.pk}": str(role.row_version), f"seen.{role.pk}": json.dumps(role.permissions)}
    return found | {f"cell.{role.pk}.{name.replace('__', ':')}": reach for name, reach in cells.items()}


def stored(house: House) -> list[Any]:
    return house.all_of(Role, Membership)


def cell(answer: Any, permission: str, role: Role) -> dict[str, Any]:
    """One cell of the matrix."""
    rows = [row for group in answer.context["groups"] for row in group["rows"] if row["code"] == permission]
    [found] = [one for one in rows[0]["cells"] if one["role_id"] == role.pk]
    return dict(found)


def test_the_matrix_shows_every_permission_and_role(client: Client, role: Role) -> None:
    answer = client.get("/access/")

    assert [column["name"] for column in answer.context["columns"]] == [
        *(str(found.name) for found in ROLES.values()),
        "Agency partner",
    ]
    assert [column["people"] for column in answer.context["columns"]] == [1, 1, 1, 0, 1, 1, 1]
    rows = [row["code"] for group in answer.context["groups"] for row in group["rows"]]
    assert sorted(rows) == sorted(PERMISSIONS)
    assert cell(answer, "campaign:edit", role) | {"role_id": 0} == {
        "role_id": 0,
        "role": "Agency partner",
        "is_open": True,
        "reach": "team",
        "word": "Team",
        "was": "team",
        "is_draft": False,
        "options": [("all", "All", False), ("team", "Team", True), ("own", "Own", False)],
    }
    assert cell(answer, "campaign:edit", Role(pk=answer.context["columns"][0]["id"]))["is_open"] is False
    assert next(tab["label"] for tab in answer.context["tabs"]) == "Role matrix"


def test_who_may_not_define_roles_reads_the_matrix(house: House, role: Role) -> None:
    answer = house.client("analyst").get("/access/")

    assert answer.status_code == 200
    assert "<select" not in words(answer)
    assert "New role" not in words(answer)
    assert house.client("viewer").get("/access/").status_code == 403
    before = stored(house)
    assert house.client("analyst").post("/access/", draft(role, campaign__edit="own")).status_code == 403
    assert stored(house) == before


def test_cells_beyond_the_persons_own_rights_are_locked(house: House, role: Role) -> None:
    answer = house.client("admin").get("/access/")

    assert cell(answer, "organization:billing", role)["is_open"] is False
    assert cell(answer, "campaign:edit", role)["is_open"] is True


def test_the_page_takes_as_many_statements_for_one_role_as_for_many(house: House, role: Role) -> None:
    client = house.client()
    one = queries_of(client, "/access/")
    with scope(house.tenant, actor=SYSTEM, source="system"):
        for number in range(5):
            clone_role(actor=SYSTEM, source_id=role.pk, name=f"Role {number}")

    assert queries_of(client, "/access/") == one


def test_saving_changes_the_cells_of_all_roles_at_once(house: House, client: Client, role: Role) -> None:
    with scope(house.tenant, actor=SYSTEM, source="system"):
        second = clone_role(actor=SYSTEM, source_id=Role.objects.get(slug="analyst").pk, name="Auditor")

    answer = client.post(
        "/access/",
        draft(role, campaign__edit="own", campaign__delete="none") | draft(second, audit__view="all"),
        follow=True,
    )

    assert toasts(answer) == ["3 changes are saved."]
    with scope(house.tenant, actor=SYSTEM, source="system"):
        rows = {row.name: row for row in Role.objects.filter(builtin=False)}
    assert rows["Agency partner"].permissions["campaign:edit"] == "own"
    assert "campaign:delete" not in rows["Agency partner"].permissions
    assert rows["Auditor"].permissions["audit:view"] == "all"
    assert [row.row_version for row in rows.values()] == [2, 2]


def test_a_form_with_all_cells_saves_only_what_differs(house: House, client: Client, role: Role) -> None:
    cells = {name.replace(":", "__"): role.permissions.get(name, "none") for name in PERMISSIONS}

    client.post("/access/", draft(role, **cells))
    assert house.all_of(Role)[0] == stored(house)[0]
    client.post("/access/", draft(role, **cells | {"campaign__edit": "all"}))

    with scope(house.tenant, actor=SYSTEM, source="system"):
        row = Role.objects.get(pk=role.pk)
    assert (row.row_version, row.permissions) == (2, role.permissions | {"campaign:edit": "all"})


def test_a_conflict_says_who_was_faster_and_keeps_the_draft(house: House, client: Client, role: Role) -> None:
    with scope(house.tenant, actor=SYSTEM, source="system"):
        second = clone_role(actor=SYSTEM, source_id=role.pk, name="Auditor")
    sent = draft(second, audit__view="all") | draft(role, campaign__edit="own", campaign__delete="none")
    with scope(house.tenant, actor=house.actors["admin"], source="console"):
        change_role_permissions(
            actor=house.actors["admin"], role_id=role.pk, version=1, changes={"campaign:create": None}
        )
    before = stored(house)

    answer = client.post("/access/", sent)

    assert answer.status_code == 412
    assert [(found["name"], found["by"]) for found in answer.context["stale"]] == [("Agency partner", "Rae Admin")]
    assert "Rae Admin changed Agency partner" in words(answer)
    assert stored(house) == before
    assert cell(answer, "campaign:edit", role)["reach"] == "own"
    assert cell(answer, "campaign:edit", role)["is_draft"] is True
    assert cell(answer, "campaign:create", role)["is_draft"] is False
    assert cell(answer, "audit:view", second)["is_draft"] is True
    assert f'name="version.{role.pk}" value="2"' in words(answer)


def test_a_draft_of_a_role_that_is_gone_is_explained(house: House, client: Client, role: Role) -> None:
    sent = draft(role, campaign__edit="own")
    with scope(house.tenant, actor=SYSTEM, source="system"):
        records.access_changing(house.organization.pk)
        Membership.objects.filter(role=role).update(role=Role.objects.get(slug="marketer"))
        Role.objects.filter(pk=role.pk).delete()

    answer = client.post("/access/", sent)

    assert answer.status_code == 412
    assert "A role of your draft was deleted." in words(answer)


def test_what_may_not_be_saved_is_said_and_kept(house: House, role: Role) -> None:
    before = stored(house)

    answer = house.client("admin").post("/access/", draft(role, organization__delete="all", campaign__edit="own"))

    assert answer.status_code == 422
    assert answer.context["refusal"] == ["Your own role does not reach that far: Delete the organization."]
    assert cell(answer, "campaign:edit", role)["is_draft"] is True
    assert stored(house) == before


@pytest.mark.parametrize("broken", ["version.nonsense", "version.{id}", "seen.{id}"])
def test_a_broken_form_changes_nothing(house: House, client: Client, role: Role, broken: str) -> None:
    before = stored(house)
    sent = draft(role, campaign__edit="own") | {broken.format(id=role.pk): "[1]" if "seen" in broken else "x"}

    assert client.post("/access/", sent).status_code == 422
    assert client.post("/access/impact/", sent).status_code == 422
    assert stored(house) == before


def test_the_impact_is_told_as_a_sentence_a_drawer_and_a_page(house: House, role: Role) -> None:
    before = stored(house)
    sent = draft(role, campaign__edit="all", member__view="none")
    htmx = house.client(htmx=True)

    sentence = words(htmx.post("/access/impact/?part=summary", sent))
    drawer = words(htmx.post("/access/impact/", sent))
    page = house.client().post("/access/impact/", sent)

    assert sentence.strip() == "1 person gains or loses access."
    assert "Rae Marketer" in drawer
    assert "Change campaigns" in drawer
    assert "<html" not in drawer
    assert (page.status_code, "<html" in words(page)) == (200, True)
    assert stored(house) == before


def test_an_impact_that_could_not_be_saved_says_why(house: House, role: Role) -> None:
    sent = draft(role, organization__delete="all")

    assert "does not reach that far" in words(house.client("admin", htmx=True).post("/access/impact/", sent))
    assert house.client("admin").post("/access/impact/", sent).status_code == 422


def test_a_role_is_made_from_another(house: House) -> None:
    client = house.client("admin")
    with scope(house.tenant, actor=SYSTEM, source="system"):
        owner = Role.objects.get(slug="owner")

    assert str(owner.pk) in words(client.get(f"/access/roles/new/?{urlencode({'from': owner.pk})}"))
    answer = client.post("/access/roles/new/", {"name": "Second admin", "source": owner.pk}, follow=True)
    again = client.post("/access/roles/new/", {"name": "SECOND ADMIN", "source": owner.pk})

    assert toasts(answer) == ["Second admin is ready. Change what it permits here."]
    assert (again.status_code, dict(again.context["form"].errors)) == (409, {"name": ["There is a role of this name."]})
    with scope(house.tenant, actor=SYSTEM, source="system"):
        assert Role.objects.get(name="Second admin").permissions == dict(ROLES["admin"].permissions)


def test_a_role_is_renamed_and_deleted_with_a_replacement(house: House, client: Client, role: Role) -> None:
    path = f"/access/roles/{role.pk}/"
    page = client.get(path)
    assert [person["name"] for person in page.context["people"]] == ["Rae Marketer"]

    client.post(f"{path}rename/", {"version": 1, "name": "Agency", "description": "Outside"})
    stale = client.post(f"{path}rename/", {"version": 1, "name": "Late"}, follow=True)
    taken = client.post(f"{path}rename/", {"version": 2, "name": "owner"})
    needs = client.post(f"{path}delete/", {"version": 2, "replacement": ""})
    assert toasts(stale)[1:] == ["Somebody changed this meanwhile. Look at it as it is now and try again."]
    assert (taken.status_code, needs.status_code) == (409, 409)
    assert needs.context["end"].errors["replacement"] == ["People have this role; name another one for them."]

    with scope(house.tenant, actor=SYSTEM, source="system"):
        viewer = Role.objects.get(slug="viewer")
        assert Role.objects.get(pk=role.pk).name == "Agency"
    gone = client.post(f"{path}delete/", {"version": 2, "replacement": viewer.pk}, follow=True)
    assert toasts(gone) == ["Agency is deleted."]
    with scope(house.tenant, actor=SYSTEM, source="system"):
        assert Membership.objects.get(user_id=house.users["marketer"].pk).role_id == viewer.pk


def test_a_built_in_role_has_no_forms(client: Client) -> None:
    columns = client.get("/access/").context["columns"]

    answer = client.get(f"/access/roles/{columns[0]['id']}/")

    assert (answer.context["words"], answer.context["end"]) == (None, None)
    assert "Built-in roles can't be changed" in words(answer)
