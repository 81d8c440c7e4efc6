"""How files come in."""

from pathlib import Path

from tests.api.world import World
from tests.assets import samples
from tests.assets.sending import body, upload


def test_a_picture_becomes_an_asset_with_renditions(world: World, files: Path) -> None:
    made = upload(world.callers["marketer"], samples.picture(), "Green bottle.PNG", note="First")

    version = made["version"]
    assert made["created"] is True
    assert (version["n"], version["mime"], version["width"], version["height"]) == (1, "image/png", 640, 400)
    assert (version["file_name"], version["note"]) == ("Green bottle.PNG", "First")
    asset = body(world.callers["marketer"]("GET", f"/assets/{made['asset_id']}"))
    assert (asset["name"], asset["kind"], asset["current"]["id"]) == ("Green bottle", "image", version["id"])
