"""Files are given out by signed addresses, and never so that a browser would run them."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from catalog.assets import links
from tests.api.world import World
from tests.assets import samples
from tests.assets.sending import upload


def get(world: World, link: str, method: str = "GET", **headers: str) -> Any:
    """What the organization's host answers; nobody is signed in."""
    path = link if link.startswith("/") else "/" + link.split("/", 3)[3]
    sent = {"Host": world.organization.domain, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return Client(raise_request_exception=False).generic(method, path, headers=sent)


def content(answer: HttpResponse) -> bytes:
    """The whole body."""
    return b"".join(answer)


@pytest.fixture
def film(world: World) -> dict[str, str]:
    """The links of a film."""
    made = upload(world.callers["marketer"], samples.mp4(padding=5000), "Our film.mov", allow_duplicate=True)
    found: dict[str, str] = made["version"]["links"]
    return found


def test_a_picture_is_shown_and_can_be_downloaded(world: World) -> None:
    made = upload(world.callers["marketer"], samples.picture(), "Flasche grün.jpeg", allow_duplicate=True)
    links = made["version"]["links"]

    shown = get(world, links["file"])
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/png")
    assert shown["Content-Disposition"] == "inline; filename*=utf-8''Flasche%20gr%C3%BCn.png"
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert shown["Content-Security-Policy"] == "default-src 'none'; img-src 'self'; media-src 'self'; sandbox"
    assert shown["Cache-Control"] == "private, max-age=300, immutable"
    assert shown["ETag"] == f'"{made["version"]["sha256"]}"'
    assert int(shown["Content-Length"]) == len(content(shown)) == made["version"]["size"]
    saved = get(world, links["download"])
    assert saved["Content-Disposition"].startswith("attachment; ")
    assert content(saved)[:4] == b"\x89PNG"
    thumb = get(world, links["thumb"])
    assert (thumb["Content-Type"], content(thumb)[8:12]) == ("image/webp", b"WEBP")
    known = get(world, links["file"], if_none_match=shown["ETag"])
    assert (known.status_code, known.content) == (304, b"")
    asked = get(world, links["file"], "HEAD")
    assert (asked.status_code, asked.content, asked["Content-Length"]) == (200, b"", shown["Content-Length"])


@pytest.mark.parametrize(
    ("sent", "name", "kind"),
    [
        (samples.drawing(), "logo.svg", "image/svg+xml"),
        (b"%PDF-1.7\n1 0 obj", "terms.pdf", "application/pdf"),
        (b"Just words <script>alert(1)</script>", "words.html", "text/plain; charset=utf-8"),
    ],
)
def test_what_a_browser_could_open_as_a_page_is_only_downloaded(
    world: World, sent: bytes, name: str, kind: str
) -> None:
    made = upload(world.callers["marketer"], sent, name, allow_duplicate=True)

    answer = get(world, made["version"]["links"]["file"])

    assert answer["Content-Type"] == kind
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert not answer["Content-Disposition"].endswith('.html"')
    assert "sandbox" in answer["Content-Security-Policy"]
    content(answer)


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-3", 206, slice(0, 4)),
        ("bytes=100-", 206, slice(100, None)),
        ("bytes=-10", 206, slice(-10, None)),
        ("bytes=0-999999", 206, slice(0, None)),
        ("bytes=0-1,5-6", 200, slice(0, None)),
        ("pages=1", 200, slice(0, None)),
        ("bytes=-", 200, slice(0, None)),
    ],
)
def test_a_film_is_given_in_parts(world: World, film: dict[str, str], asked: str, status: int, part: slice) -> None:
    whole = samples.mp4(padding=5000)

    answer = get(world, film["file"], range=asked)

    assert (answer.status_code, content(answer)) == (status, whole[part])
    assert answer["Accept-Ranges"] == "bytes"
    if status == 206:
        start, stop, _step = part.indices(len(whole))
        assert answer["Content-Range"] == f"bytes {start}-{stop - 1}/{len(whole)}"


def test_a_part_beyond_the_end_is_none_and_a_changed_file_is_given_whole(world: World, film: dict[str, str]) -> None:
    size = len(samples.mp4(padding=5000))
    for asked in (f"bytes={size}-", "bytes=9-3", "bytes=-0"):
        beyond = get(world, film["file"], range=asked)
        assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{size}")
    answer = get(world, film["file"], range="bytes=0-3", if_range='"other"')
    assert (answer.status_code, len(content(answer))) == (200, size)


def test_an_address_is_good_on_its_own_host_only(world: World, other_world: World, film: dict[str, str]) -> None:
    assert get(other_world, film["file"]).status_code == 404
    assert Client().get("/files/x", headers={"Host": "localhost"}).status_code == 404


@pytest.mark.parametrize("broken", ["", "x", "W10:abc", "W10", "%00", "a" * 3000])
def test_an_address_that_is_not_ours_is_not_found(world: World, broken: str) -> None:
    assert get(world, f"/files/{broken}").status_code == 404


def test_a_changed_address_is_not_found(world: World, film: dict[str, str]) -> None:
    for at in (10, 60, -1):
        path = "/" + film["file"].split("/", 3)[3]
        swapped = path[:at] + ("A" if path[at] != "A" else "B") + (path[at + 1 :] if at != -1 else "")
        assert get(world, swapped).status_code == 404


def test_an_address_ends_after_ten_minutes_and_says_so(
    world: World, film: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 299)
    assert get(world, film["file"], "HEAD").status_code == 200
    monkeypatch.setattr(time, "time", lambda: now + 601)

    over = get(world, film["file"], accept="text/html")

    assert (over.status_code, over["Cache-Control"]) == (410, "no-store")
    assert "good for a few minutes only" in over.content.decode()


def test_a_file_that_is_gone_is_not_found(world: World, film: dict[str, str], files: Path) -> None:
    for path in [path for path in files.rglob("*") if path.is_file()]:
        path.unlink()

    assert get(world, film["file"]).status_code == 404


def test_links_stay_the_same_for_a_while(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = upload(world.callers["marketer"], samples.picture(colour="wheat"), allow_duplicate=True)
    start = 1_900_000_000 // links.STEP * links.STEP
    found = []
    for second in (0, links.STEP - 1, links.STEP):
        monkeypatch.setattr(time, "time", lambda second=second: start + second)
        answer = world.callers["marketer"]("GET", f"/assets/{made['asset_id']}")
        found.append(json.loads(answer.content)["current"]["links"]["file"])

    assert found[0] == found[1] != found[2]
