"""`q`, filters with several values and `count`: what a list finds, for everybody the rows that they may see."""

from typing import Any

import pytest
from django.db import connection

from campaigns.models import Campaign
from catalog.models import Product
from kernel.http.lists import containing
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tests.api.caller import Caller, code_of, pointers
from tests.api.objects import body, make
from tests.api.world import World

NAMES = ("Zephyr spring sale", "zephyr SUMMER sale", "Zephyr 50% off_all", "Zephyr \u00dcberraschung")


@pytest.fixture(scope="module")
def searched(worlds: tuple[World, World]) -> World:
    """Campaigns with telling names, some of the owner's and one of the marketer's."""
    world = worlds[0]
    for name in NAMES:
        make(world.callers["owner"], name=name)
    make(world.callers["marketer"], name="Zephyr of the marketer")
    return world


def found(caller: Caller, query: str, collection: str = "campaigns") -> list[Any]:
    """The names that a list gives."""
    answer = caller("GET", f"/{collection}?sort=name&{query}")
    assert answer.status_code == 200, answer.content
    return [row["name"] for row in body(answer)["items"]]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("zephyr+sale", [NAMES[0], NAMES[1]]),
        ("SALE+spring", [NAMES[0]]),
        ("ephy+umm", [NAMES[1]]),
        ("zephyr+50%25", [NAMES[2]]),
        ("zephyr+f_a", [NAMES[2]]),
        ("zephyr+%C3%BCberr", [NAMES[3]]),
        ("zephyr+winter", []),
        ("+zephyr++spring+", [NAMES[0]]),
    ],
)
def test_every_word_must_be_there_whatever_its_case(searched: World, words: str, names: list[str]) -> None:
    assert sorted(found(searched.callers["admin"], f"q={words}")) == sorted(names)


def test_nobody_finds_what_they_may_not_see(searched: World) -> None:
    assert found(searched.callers["marketer"], "q=zephyr") == ["Zephyr of the marketer"]
    assert len(found(searched.callers["analyst"], "q=zephyr")) == len(NAMES) + 1


def test_the_pages_of_a_search_continue_it_alone(searched: World) -> None:
    caller = searched.callers["owner"]
    first = body(caller("GET", "/campaigns?q=zephyr&limit=2&sort=name"))

    second = body(caller("GET", f"/campaigns?q=zephyr&limit=2&sort=name&cursor={first['next']}"))

    assert not {row["id"] for row in first["items"]} & {row["id"] for row in second["items"]}
    assert code_of(caller("GET", f"/campaigns?q=sale&limit=2&sort=name&cursor={first['next']}")) == "bad_cursor"


@pytest.mark.parametrize("role", ["owner", "marketer"])
def test_counting_is_for_who_asks_and_for_what_they_see(searched: World, role: str) -> None:
    caller = searched.callers[role]

    counted = body(caller("GET", "/campaigns?q=zephyr&limit=1&count=exact"))

    assert counted["total"] == len(found(caller, "q=zephyr"))
    assert len(counted["items"]) == 1
    assert "total" not in body(caller("GET", "/campaigns?q=zephyr&limit=1"))
    assert body(caller("GET", "/campaigns?trashed=true&count=exact&limit=200"))["total"] == len(
        body(caller("GET", "/campaigns?trashed=true&limit=200"))["items"]
    )


def test_a_filter_takes_several_values(searched: World) -> None:
    caller = searched.callers["owner"]
    made, tag = make(caller, name="Zephyr archived")
    answer = caller("PUT", f"/campaigns/{made['id']}/status", {"status": "archived"}, if_match=tag)
    assert answer.status_code == 200

    both, one = (found(caller, f"q=zephyr&status={names}") for names in ("draft,archived", "archived"))

    assert one == ["Zephyr archived"]
    assert set(one) < set(both)


@pytest.mark.parametrize(
    ("query", "refused"),
    [
        ("status=draft,exploded", {"?status": "unknown_value"}),
        ("status=draft,", {"?status": "unknown_value"}),
        ("status=draft&status=active", {"?status": "repeated"}),
        ("q=" + "x" * 201, {"?q": "too_long"}),
        ("count=estimated", {"?count": "unknown_value"}),
        ("sort=budget", {"?sort": "unknown_value"}),
        ("fields=name,colour", {"?fields": "unknown_value"}),
        ("expand=secrets", {"?expand": "unknown_value"}),
    ],
)
def test_what_a_list_does_not_know_is_refused(searched: World, query: str, refused: dict[str, str]) -> None:
    answer = searched.callers["owner"]("GET", f"/campaigns?{query}")

    assert (answer.status_code, pointers(answer)) == (422, refused)


def test_products_are_found_by_their_number_too(searched: World) -> None:
    caller = searched.callers["owner"]
    make(caller, "products", name="Quixotic shoe", sku="ZX-4711")

    assert found(caller, "q=zx-47+shoe", "products") == ["Quixotic shoe"]


@pytest.mark.parametrize(("model", "columns"), [(Campaign, ("name",)), (Product, ("name", "sku"))])
def test_a_search_walks_its_index(searched: World, model: Any, columns: tuple[str, ...]) -> None:
    with scope(searched.organization, actor=SYSTEM, source="system"), connection.cursor() as cursor:
        condition = containing("zephyr", *columns)
        assert condition is not None
        sql, params = model.objects.filter(condition).order_by().values("pk").query.sql_with_params()
        # With few rows PostgreSQL would rather read them all.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}", params)
        plan = "\n".join(line for (line,) in cursor.fetchall())

    names = [f"{model._meta.model_name}_words", f"{model._meta.model_name}_sku_words"][: len(columns)]
    assert all(f"Bitmap Index Scan on {name}" in plan for name in names), plan
