"""Previews of creatives through the API: who gets them, when they are drawn, and what browsers may do with them."""

from io import BytesIO
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from PIL import Image

from kernel.ids import uuid7
from tests.api.caller import code_of, pointers
from tests.api.objects import body, make
from tests.api.world import World, token_for


@pytest.fixture
def creative(world: World) -> dict[str, Any]:
    """A creative of the owner's."""
    caller = world.callers["owner"]
    campaign = make(caller, name="Previewed")[0]
    fields = {"name": "Row & 1", "placement": "leaderboard", "headline": "Light <shoes>", "cta": "Shop"}
    return dict(body(caller("POST", f"/campaigns/{campaign['id']}/creatives", fields)))


def test_a_creative_is_drawn_as_svg_in_the_size_of_its_placement(world: World, creative: dict[str, Any]) -> None:
    answer = world.callers["owner"]("GET", f"/creatives/{creative['id']}/preview.svg?v=1")

    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer["Content-Security-Policy"] == "default-src 'none'; img-src data:; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["Content-Disposition"] == 'inline; filename="Row__1-728x90.svg"'
    assert fromstring(answer.content).get("viewBox") == "0 0 728 90"


@pytest.mark.parametrize(("query", "size"), [("", (728, 90)), ("?scale=1", (728, 90)), ("?scale=2", (1456, 180))])
def test_it_can_be_downloaded_as_png(world: World, creative: dict[str, Any], query: str, size: tuple[int, int]) -> None:
    answer = world.callers["owner"]("GET", f"/creatives/{creative['id']}/preview.png{query}")

    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"] == 'attachment; filename="Row__1-728x90.png"'
    assert Image.open(BytesIO(answer.content)).size == size


def test_who_has_it_gets_304_until_it_changes(world: World, creative: dict[str, Any]) -> None:
    caller, path = world.callers["owner"], f"/creatives/{creative['id']}"
    svg, small, png = (caller("GET", f"{path}/preview.{kind}")["ETag"] for kind in ("svg", "svg?pictures=small", "png"))
    twice = caller("GET", f"{path}/preview.png?scale=2")["ETag"]
    same = caller("GET", f"{path}/preview.svg", if_none_match=svg)
    known = caller("GET", path)["ETag"]
    assert caller("PATCH", path, {"headline": "New"}, if_match=known).status_code == 200
    changed = caller("GET", f"{path}/preview.svg", if_none_match=svg)

    assert len({svg, small, png, twice}) == 4
    assert (same.status_code, same.content) == (304, b"")
    assert (changed.status_code, changed["ETag"] == svg) == (200, False)


def test_only_who_may_see_the_campaign_gets_it(world: World, other_world: World, creative: dict[str, Any]) -> None:
    path = f"/creatives/{creative['id']}/preview.svg"
    blind = token_for(world, "owner", {"catalog:view"})

    assert code_of(other_world.callers["owner"]("GET", path)) == "not_found"
    assert code_of(blind("GET", path)) == "scope_missing"
    assert code_of(world.callers["owner"]("GET", f"/creatives/{uuid7()}/preview.png")) == "not_found"


def test_other_scales_and_parameters_are_refused(world: World, creative: dict[str, Any]) -> None:
    caller, path = world.callers["owner"], f"/creatives/{creative['id']}"

    assert list(pointers(caller("GET", f"{path}/preview.png?scale=3"))) == ["?scale"]
    assert pointers(caller("GET", f"{path}/preview.svg?scale=1")) == {"?scale": "unknown_parameter"}
