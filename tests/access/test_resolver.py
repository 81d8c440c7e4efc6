"""The one decision on who may do what."""

import pytest

from campaigns.models import Campaign
from catalog.catalogs.default import default_catalog
from catalog.models import Product
from kernel.errors import NotAllowed, NotFound
from kernel.ids import uuid7
from kernel.tenancy.context import SYSTEM, Actor, Scope
from tenants.access.catalogue import PERMISSIONS, level_for
from tenants.access.explain import explain
from tenants.access.grants import share
from tenants.access.lists import count_visible
from tenants.access.models import Membership, Role, Team
from tenants.access.resolver import allowed_actions, can, find, permissions_of, require, visible
from tests.access.conftest import person, token_of


def campaign_of(actor: Actor) -> Campaign:
    assert actor.user_id is not None
    return Campaign.objects.create(name="Spring", owner_id=actor.user_id)


def test_a_marketer_sees_their_own_and_an_analyst_all(marketer: Actor, manager: Actor, analyst: Actor) -> None:
    mine, theirs = campaign_of(marketer), campaign_of(manager)

    assert set(visible(marketer, "campaign:view", Campaign)) == {mine}
    assert set(visible(analyst, "campaign:view", Campaign)) == {mine, theirs}
    assert not visible(analyst, "campaign:edit", Campaign).exists()


@pytest.mark.parametrize("action", sorted(PERMISSIONS))
def test_the_list_and_the_check_agree(action: str, marketer: Actor, manager: Actor, analyst: Actor) -> None:
    rows = [campaign_of(marketer), campaign_of(manager), campaign_of(analyst)]

    for actor in (marketer, manager, analyst, SYSTEM):
        listed = set(visible(actor, action, Campaign))
        assert listed == {row for row in rows if can(actor, action, row)}


@pytest.mark.parametrize("action", sorted(PERMISSIONS))
def test_a_share_says_yes_only_to_what_is_about_its_object(action: str, admin: Actor, analyst: Actor) -> None:
    row = campaign_of(admin)
    product = Product.objects.create(catalog=default_catalog(), name="Oat drink", owner_id=row.owner_id)
    guest = token_of(analyst, action)
    role = Role.objects.create(slug="nothing", name="Nothing", permissions={})
    Membership.objects.filter(user_id=analyst.user_id or "").update(role=role)
    expected = {"campaign": row, "catalog": product}.get(action.partition(":")[0])
    if level_for(action) is None:
        expected = None

    for obj in (row, product):
        share(actor=admin, obj=obj, level="manager", user_id=analyst.user_id)
        for actor in (analyst, guest):
            found = can(actor, action, obj)
            assert found == (obj is expected)
            assert visible(actor, action, type(obj)).exists() == found
            assert count_visible(actor, action, type(obj)) == found
        said = explain(actor=SYSTEM, person_id=analyst.user_id or row.owner_id, action=action, obj=obj)
        assert (said.allowed, said.hits) == (obj is expected, int(obj is expected))


def test_what_has_no_owner_needs_reach_over_all(marketer: Actor, admin: Actor) -> None:
    team = Team.objects.create(name="Berlin")

    assert can(admin, "audit:view", team)
    assert can(marketer, "audit:view")
    assert not can(marketer, "audit:view", team)
    assert not visible(marketer, "audit:view", Team).exists()


def test_a_refusal_names_the_permission_and_its_holders(manager: Actor, marketer: Actor) -> None:
    with pytest.raises(NotAllowed) as refusal:
        require(manager, "campaign:edit", campaign_of(marketer))

    assert refusal.value.extra == {"permission": "campaign:edit", "granted_by": ["Owner", "Admin"]}


def test_what_is_not_visible_does_not_exist(marketer: Actor, manager: Actor) -> None:
    theirs = campaign_of(manager)

    with pytest.raises(NotFound):
        find(marketer, "campaign:edit", Campaign, theirs.pk)
    with pytest.raises(NotFound):
        find(marketer, "campaign:view", Campaign, uuid7())


def test_what_is_visible_but_forbidden_is_refused(analyst: Actor, marketer: Actor) -> None:
    row = campaign_of(marketer)

    assert find(analyst, "campaign:view", Campaign, row.pk) == row
    with pytest.raises(NotAllowed):
        find(analyst, "campaign:edit", Campaign, row.pk)


def test_a_token_is_its_owner_within_its_scopes(marketer: Actor) -> None:
    row = campaign_of(marketer)
    token = token_of(marketer, "campaign:view", "import:run")

    assert can(token, "campaign:view", row)
    assert not can(token, "campaign:edit", row)
    assert not can(token, "import:run")
    assert permissions_of(token) == {"campaign:view": "team"}


def test_operators_hold_nothing_inside() -> None:
    operator = Actor("operator", uuid7(), "Olga", "olga@example.test")

    assert permissions_of(operator) == {}
    assert not can(operator, "campaign:view")


def test_a_custom_role_is_a_row(marketer: Actor) -> None:
    Role.objects.create(
        slug="editor", name="Editor", permissions={"campaign:view": "all", "campaign:edit": "own", "gone:by": "all"}
    )
    editor = person("editor")

    assert permissions_of(editor) == {"campaign:view": "all", "campaign:edit": "own"}
    assert can(editor, "campaign:view", campaign_of(marketer))
    assert not can(editor, "campaign:edit", campaign_of(marketer))


def test_what_a_request_says_of_a_role_counts_for_nothing(tenant: Scope) -> None:
    assert permissions_of(Actor("person", uuid7(), "x", "x", "owner")) == {}
    assert permissions_of(Actor("token", uuid7(), "x", "x", "owner", token_id=uuid7())) == {}


def test_an_unknown_action_raises(owner: Actor) -> None:
    with pytest.raises(KeyError):
        can(owner, "campaign:fly")
    with pytest.raises(KeyError):
        visible(owner, "product:view", Product)


def test_it_tells_a_screen_what_to_offer(marketer: Actor, manager: Actor) -> None:
    assert allowed_actions(marketer, campaign_of(manager), "campaign") == frozenset()
    assert allowed_actions(manager, campaign_of(marketer), "campaign") == {"view", "create"}
    assert {"edit", "publish", "delete"} <= allowed_actions(marketer, campaign_of(marketer), "campaign")
