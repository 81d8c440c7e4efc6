"""How files come in: announced, sent in chunks, completed."""

import hashlib
import tracemalloc
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from catalog.assets.queries import stored_bytes
from catalog.assets.rules import MEGABYTE
from catalog.assets.uploads import append_chunk, complete_upload, discard_upload, start_upload
from catalog.models import Asset, AssetVersion, Upload
from kernel.errors import LimitReached
from kernel.http.chunks import MEDIA_TYPE
from kernel.ids import uuid7
from kernel.jobs.models import Job
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tests.api.caller import code_of, pointers
from tests.api.world import World
from tests.assets import samples
from tests.assets.sending import announce, body, complete, send, upload

CHUNK = 256 * 1024


def rows(world: World) -> list[Any]:
    """Everything that uploads write, to prove that a refused call wrote nothing."""
    with scope(world.organization, actor=SYSTEM, source="system"):
        return [list(model.objects.order_by("pk").values_list()) for model in (Asset, AssetVersion, Upload)]


def kept(files: Path) -> list[str]:
    """Every file of the test."""
    return sorted(path.relative_to(files).as_posix() for path in files.rglob("*") if path.is_file())


def test_a_picture_becomes_an_asset_with_renditions(world: World, files: Path) -> None:
    content = samples.picture(colour="navy")
    made = upload(world.callers["marketer"], content, "Green bottle.PNG", note="First")

    version = made["version"]
    assert made["created"] is True
    assert (version["n"], version["mime"], version["width"], version["height"]) == (1, "image/png", 640, 400)
    assert (version["file_name"], version["note"]) == ("Green bottle.PNG", "First")
    asset = body(world.callers["marketer"]("GET", f"/assets/{made['asset_id']}"))
    assert (asset["name"], asset["kind"], asset["current"]["id"]) == ("Green bottle", "image", version["id"])
    folder = f"tenants/{world.row.schema_name}/assets"
    digests = {version["sha256"]} | {name.rpartition("/")[2] for name in kept(files)}
    assert kept(files) == sorted(f"{folder}/{digest[:2]}/{digest}" for digest in digests)
    assert len(digests) == 3
    assert (
        hashlib.sha256((files / folder / version["sha256"][:2] / version["sha256"]).read_bytes()).hexdigest() in digests
    )


def test_a_broken_connection_costs_one_chunk(world: World) -> None:
    caller = world.callers["marketer"]
    content = samples.mp4(padding=2 * CHUNK)
    sent = announce(caller, len(content), "film.mp4", sha256=hashlib.sha256(content).hexdigest())
    assert send(caller, sent, content[:CHUNK])["Upload-Offset"] == str(CHUNK)

    # The second chunk got here, its answer did not get there: the sender asks, or is told.
    send(caller, sent, content[CHUNK : 2 * CHUNK], CHUNK)
    repeated = send(caller, sent, content[CHUNK : 2 * CHUNK], CHUNK)
    assert (repeated.status_code, code_of(repeated), body(repeated)["offset"]) == (409, "offset_mismatch", 2 * CHUNK)
    asked = caller("HEAD", f"/uploads/{sent}")
    assert (asked.status_code, asked["Upload-Offset"], asked.content) == (200, str(2 * CHUNK), b"")

    early = complete(caller, sent)
    assert (early.status_code, code_of(early), body(early)["offset"]) == (409, "upload_incomplete", 2 * CHUNK)
    send(caller, sent, content[2 * CHUNK :], 2 * CHUNK)
    done = body(complete(caller, sent))
    assert (done["version"]["sha256"], done["version"]["duration_ms"]) == (hashlib.sha256(content).hexdigest(), 3000)

    # The answer to that was lost as well.
    again = complete(caller, sent)
    assert (again.status_code, body(again)["version"]["id"], body(again)["created"]) == (
        200,
        done["version"]["id"],
        False,
    )
    late = send(caller, sent, b"x", len(content))
    assert (late.status_code, code_of(late)) == (409, "upload_completed")


def test_a_body_that_is_cut_off_leaves_nothing(world: World, files: Path) -> None:
    caller = world.callers["marketer"]
    sent = announce(caller, 2 * CHUNK, "film.mp4")
    cut: dict[str, Any] = {"wsgi.input": BytesIO(samples.mp4(padding=100))}
    answer = Client(raise_request_exception=False).generic(
        "PATCH",
        f"/api/v1/uploads/{sent}",
        b"x" * CHUNK,
        content_type=MEDIA_TYPE,
        headers={"Host": "localhost", "Authorization": f"Bearer {caller.token}", "Upload-Offset": "0"},
        **cut,
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "cut_off")
    assert caller("GET", f"/uploads/{sent}")["Upload-Offset"] == "0"
    assert kept(files) == []


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (b"x" * 1000, {"Upload-Offset": "0"}, 422, "chunk_too_small"),
        (b"x" * (2 * CHUNK + 1), {"Upload-Offset": "0"}, 422, "beyond_size"),
        (b"", {"Upload-Offset": "0"}, 422, "chunk_too_small"),
        (b"x" * CHUNK, {"Upload-Offset": "7"}, 409, "offset_mismatch"),
        (b"x" * CHUNK, {"Upload-Offset": "-1"}, 422, "invalid"),
        (b"x" * CHUNK, {"Upload-Offset": "1e3"}, 422, "invalid"),
        (b"x" * CHUNK, {}, 428, "precondition_required"),
        (b"\0" * CHUNK, {"Upload-Offset": "0"}, 422, "unknown_type"),
        (b"<html>" + b"x" * CHUNK, {"Upload-Offset": "0"}, 422, "html_not_accepted"),
    ],
)
def test_a_chunk_that_does_not_fit_is_refused(
    world: World, files: Path, content: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    caller = world.callers["marketer"]
    sent = announce(caller, 2 * CHUNK)
    before = rows(world)
    answer = caller("PATCH", f"/uploads/{sent}", raw=content, content_type=MEDIA_TYPE, **headers)
    if not content:  # the caller sends no type with an empty body
        assert (answer.status_code, code_of(answer)) == (415, "wrong_content_type")
    else:
        assert (answer.status_code, code_of(answer)) == (status, code)
    assert rows(world) == before
    assert kept(files) == []


def test_a_chunk_or_a_file_may_be_too_large(world: World, settings: Settings) -> None:
    caller = world.callers["marketer"]
    settings.MAX_CHUNK_BYTES = 2 * CHUNK
    sent = announce(caller, 3 * CHUNK)

    chunk = send(caller, sent, b"x" * (2 * CHUNK + 1))
    assert (chunk.status_code, body(chunk)["maximum"]) == (413, 2 * CHUNK)
    whole = caller("POST", "/uploads", {"file_name": "x.mp4", "size": 100 * 1024 * 1024 + 1})
    assert (whole.status_code, body(whole)["maximum"], pointers(whole)) == (
        413,
        100 * 1024 * 1024,
        {"/size": "too_large"},
    )
    # What the first bytes say it is has a lower limit than what was announced.
    picture = announce(caller, 26 * 1024 * 1024)
    refused = send(caller, picture, samples.picture() + b"\0" * CHUNK)
    assert (refused.status_code, body(refused)["maximum"]) == (413, 25 * 1024 * 1024)


def test_a_hundred_megabytes_come_in_with_little_memory(world: World, files: Path) -> None:
    actor = world.actors["marketer"]
    size, step = 100 * 1024 * 1024, 8 * 1024 * 1024
    frame = samples.mp4(padding=size - len(samples.mp4()))
    # The index is at the end, as cameras write it.
    pieces = [frame[offset : offset + step] for offset in range(0, size, step)]
    del frame
    tracemalloc.start()
    with scope(world.organization, actor=actor, source="api"):
        sent = start_upload(actor=actor, file_name="film.mp4", size=size)
    for place, piece in enumerate(pieces):
        with scope(world.organization, actor=actor, source="api"):
            append_chunk(actor=actor, upload_id=sent.pk, offset=place * step, content=piece)
    with scope(world.organization, actor=actor, source="api"):
        done = complete_upload(actor=actor, upload_id=sent.pk)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert done.version.size == size
    assert most < step
    assert [(files / name).stat().st_size for name in kept(files)] == [size]


def test_the_file_that_an_asset_has_already_makes_no_version(world: World) -> None:
    caller = world.callers["marketer"]
    content = samples.picture(colour="olive")
    first = upload(caller, content)

    again = upload(caller, content, asset_id=first["asset_id"])
    assert (again["created"], again["version"]["id"]) == (False, first["version"]["id"])
    other = upload(caller, samples.picture(colour="plum"), asset_id=first["asset_id"])
    assert (other["created"], other["version"]["n"]) == (True, 2)
    asset = body(caller("GET", f"/assets/{first['asset_id']}"))
    assert [version["n"] for version in asset["versions"]] == [2, 1]
    assert asset["current"]["n"] == 1
    third = upload(caller, samples.picture(colour="pink"), asset_id=first["asset_id"], make_current=True)
    assert third["version"]["n"] == 3
    assert body(caller("GET", f"/assets/{first['asset_id']}"))["current"]["n"] == 3


def test_a_file_that_another_asset_has_is_refused_unless_it_is_meant(world: World, files: Path) -> None:
    caller = world.callers["marketer"]
    content = samples.picture(colour="maroon")
    first = upload(caller, content, name="Maroon")
    stored = kept(files)

    early = caller(
        "POST",
        "/uploads",
        {"file_name": "b.png", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()},
    )
    sent = announce(caller, len(content))
    send(caller, sent, content)
    before = rows(world)
    late = complete(caller, sent)
    for answer in (early, late):
        assert (answer.status_code, code_of(answer)) == (409, "already_exists")
        assert (body(answer)["asset_id"], body(answer)["version"]) == (first["asset_id"], 1)
    assert rows(world) == before

    meant = body(complete(caller, sent, allow_duplicate=True))
    assert (meant["created"], meant["version"]["sha256"]) == (True, first["version"]["sha256"])
    assert meant["asset_id"] != first["asset_id"]
    assert kept(files) == stored


def test_a_file_of_another_kind_or_content_than_announced_is_refused(world: World) -> None:
    caller = world.callers["marketer"]
    asset = upload(caller, samples.picture(colour="gold"))["asset_id"]
    text = b"Only words."
    sent = announce(caller, len(text), "terms.txt", asset_id=asset)
    send(caller, sent, text)
    assert code_of(complete(caller, sent)) == "other_kind"

    sent = announce(caller, len(text), "terms.txt", sha256="0" * 64)
    send(caller, sent, text)
    assert code_of(complete(caller, sent)) == "checksum_mismatch"


def test_uploads_count_in_the_plans_storage(world: World) -> None:
    actor = world.actors["marketer"]
    with scope(world.organization, actor=SYSTEM, source="system"):
        used = stored_bytes()
        contents = sum(dict(AssetVersion.objects.values_list("sha256", "stored_bytes")).values())
        under_way = sum(Upload.objects.filter(state="receiving").values_list("size", flat=True))
    assert used == contents + under_way
    maximum = used // MEGABYTE + 2
    limited = replace(world.organization, limits=world.organization.limits | {"storage_mb": maximum})
    room = maximum * MEGABYTE - used

    with scope(limited, actor=actor, source="api"):
        first = start_upload(actor=actor, file_name="a.mp4", size=room - 10)
        with pytest.raises(LimitReached) as caught:
            start_upload(actor=actor, file_name="b.mp4", size=11)
        assert caught.value.extra == {"limit": "storage_mb", "current": maximum, "maximum": maximum}
        discard_upload(actor=actor, upload_id=first.pk)
        start_upload(actor=actor, file_name="b.mp4", size=11)


def test_what_is_kept_counts_when_it_is_more_than_was_announced(world: World) -> None:
    caller, actor = world.callers["marketer"], world.actors["marketer"]
    content = samples.picture("GIF", (900, 700), "beige")
    sent = announce(caller, len(content), "a.gif")
    send(caller, sent, content)
    with scope(world.organization, actor=SYSTEM, source="system"):
        maximum = stored_bytes() // MEGABYTE
    limited = replace(world.organization, limits=world.organization.limits | {"storage_mb": maximum})
    before = rows(world)

    with pytest.raises(LimitReached), scope(limited, actor=actor, source="api"):
        complete_upload(actor=actor, upload_id=UUID(sent))

    assert rows(world) == before


def test_discarding_leaves_nothing(world: World, files: Path) -> None:
    caller = world.callers["marketer"]
    sent = announce(caller, 2 * CHUNK, "film.mp4")
    send(caller, sent, samples.mp4(padding=2 * CHUNK)[:CHUNK])
    assert len(kept(files)) == 1

    assert caller("DELETE", f"/uploads/{sent}").status_code == 200

    assert list(files.rglob("*")) == []
    assert caller("GET", f"/uploads/{sent}").status_code == 404


def test_an_upload_is_its_senders_only(world: World, other_world: World) -> None:
    sent = announce(world.callers["marketer"], 100)
    strangers = [world.callers["owner"], other_world.callers["owner"]]

    for caller in strangers:
        assert caller("GET", f"/uploads/{sent}").status_code == 404
        assert send(caller, sent, b"x" * 100).status_code == 404
        assert complete(caller, sent).status_code == 404
        assert caller("DELETE", f"/uploads/{sent}").status_code == 404
    assert "viewer" not in world.callers or world.callers["viewer"]("POST", "/uploads", {}).status_code == 403
    assert world.callers["marketer"]("GET", f"/uploads/{sent}").status_code == 200


def test_a_version_goes_to_assets_one_may_change(world: World, other_world: World) -> None:
    mine = upload(other_world.callers["owner"], samples.picture(colour="tan"))["asset_id"]
    for asset in (mine, str(uuid7())):
        answer = world.callers["marketer"]("POST", "/uploads", {"file_name": "x", "size": 1, "asset_id": asset})
        assert answer.status_code == 404


def test_every_upload_has_its_sweep_planned(world: World) -> None:
    announce(world.callers["marketer"], 100)

    assert Job.objects.filter(organization_id=world.row.pk, kind="assets.sweep", state=Job.State.PENDING).exists()
