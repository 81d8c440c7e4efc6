"""One decision on access: the check, the list, the page, the count and a plain second writing of the rule agree."""

import os
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.models import Campaign
from kernel.tenancy.context import SYSTEM, Actor, Scope
from tenants.access.explain import explain, who_can
from tenants.access.lists import count_visible
from tenants.access.models import Owned
from tenants.access.owned import owned_page
from tenants.access.resolver import can, can_many, visible
from tests.access.worlds import MODELS, OBJECTS, actor_of, build, row_of, token_of

WORLDS = int(os.environ.get("WORLDS", "8"))
QUESTIONS = 20  # per world, each about the 8 objects of the action's kind


@given(seed=st.integers(0, 2**32))
@settings(max_examples=WORLDS, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_question_gets_one_answer(tenant: Scope, seed: int) -> None:
    """Each world is asked 20 questions of people or programs about 8 objects: `make soak` asks 10,080 triples."""
    world, chance = build(seed), random.Random(seed)
    for _number in range(QUESTIONS):
        user_id, action = chance.choice(list(world.people)), chance.choice(OBJECTS)
        scopes, actor = None, actor_of(user_id)
        if chance.random() < 0.3:
            scopes = set(chance.sample(OBJECTS, 9))
            actor = token_of(world, user_id, scopes)
        resource = action.partition(":")[0]
        rows = {row.pk: row for row in MODELS[resource].objects.filter(pk__in=world.things)}
        expected = {pk for pk in rows if world.allows(user_id, action, world.things[pk], scopes)}

        assert {pk for pk, row in rows.items() if can(actor, action, row)} == expected
        assert {row.pk for row in visible(actor, action, MODELS[resource])} == expected
        assert {row.pk for row in can_many(actor, action, rows.values())} == expected
        assert {pk for pk, row in rows.items() if _explained(actor, action, row)} == expected


def _explained(actor: Actor, action: str, row: Owned) -> bool:
    assert actor.user_id is not None
    found = explain(actor=SYSTEM, person_id=actor.user_id, action=action, obj=row, token_id=actor.token_id)
    assert found.allowed == (found.hits > 0)
    return found.allowed


@pytest.mark.parametrize("seed", range(3))
def test_who_can_names_exactly_those_who_can(tenant: Scope, seed: int) -> None:
    world = build(seed)
    for thing in world.things.values():
        row = row_of(thing)
        for action in [name for name in OBJECTS if name.startswith(f"{thing.resource}:")]:
            expected = {user_id for user_id in world.people if world.allows(user_id, action, thing)}

            found = {holder.access.user_id for holder in who_can(actor=SYSTEM, action=action, obj=row)}
            assert found & set(world.people) == expected


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("sort", ["-updated_at", "updated_at", "name", "-created_at"])
def test_pages_and_counts_show_exactly_what_is_visible(tenant: Scope, seed: int, sort: str) -> None:
    world = build(seed, things=60, shares=90)
    for user_id in world.people:
        for resource, model in MODELS.items():
            actor, action = actor_of(user_id), f"{resource}:view"
            expected = {
                thing.id
                for thing in world.things.values()
                if thing.resource == resource and world.allows(user_id, action, thing)
            }
            found, cursor = [], None
            while True:
                page = owned_page(
                    model,
                    actor=actor,
                    action=action,
                    name="things",
                    filters={},
                    trashed=False,
                    sort=sort,
                    cursor=cursor,
                    limit=7,
                )
                found += page.items
                cursor = page.next
                if cursor is None:
                    break

            assert [row.pk for row in found] == [
                row.pk for row in sorted(found, key=lambda row: _place(row, sort), reverse=sort.startswith("-"))
            ]
            assert len(found) == len({row.pk for row in found})
            assert {row.pk for row in found} == expected
            assert count_visible(actor, action, model) == len(expected)


def _place(row: object, sort: str) -> tuple[object, object]:
    return getattr(row, sort.removeprefix("-")), row.pk  # type: ignore[attr-defined]


@pytest.mark.parametrize("trashed", [False, True])
def test_filters_narrow_what_is_visible(tenant: Scope, trashed: bool) -> None:
    world = build(7, things=60, shares=90)
    some = next(iter(world.things.values()))
    filters: list[dict[str, Any]] = [
        {"owner_id": some.owner_id},
        {"product_id": some.id},
        {"status": "paused"},
        {"name__icontains": "2"},
    ]
    Campaign.objects.filter(owner_id=some.owner_id).update(status="paused")
    Campaign.objects.filter(name__endswith="4").update(trashed_at=world.now)
    for user_id in world.people:
        actor = actor_of(user_id)
        seen = visible(actor, "campaign:view", Campaign).filter(trashed_at__isnull=not trashed)
        for wanted in filters:
            page = owned_page(
                Campaign,
                actor=actor,
                action="campaign:view",
                name="things",
                filters=wanted,
                trashed=trashed,
                sort=None,
                cursor=None,
                limit=200,
            )
            assert {row.pk for row in page.items} == {row.pk for row in seen.filter(**wanted)}


def test_a_token_that_is_over_opens_nothing(tenant: Scope) -> None:
    world = build(1)
    user_id, thing = next(
        (user_id, thing)
        for user_id in world.people
        for thing in world.things.values()
        if world.allows(user_id, f"{thing.resource}:view", thing)
    )
    token = token_of(world, user_id, set(OBJECTS), expired=True)

    assert can(actor_of(user_id), f"{thing.resource}:view", row_of(thing))
    assert not can(token, f"{thing.resource}:view", row_of(thing))
    assert not visible(token, f"{thing.resource}:view", MODELS[thing.resource]).exists()
