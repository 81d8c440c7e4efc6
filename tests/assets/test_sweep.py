"""The sweep leaves nothing that nobody refers to, and never takes what somebody does."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from catalog.assets import sweep as sweeping
from catalog.assets.content import keep, key_of, prepare
from catalog.assets.storing import store_file
from catalog.assets.sweep import SWEEP, delete_unreferenced
from catalog.models import Asset, AssetVersion, Upload
from kernel.jobs import enqueue, inline
from kernel.jobs.models import Job
from kernel.storage import asset_files
from kernel.tenancy.context import SYSTEM, Scope
from kernel.tenancy.scope import scope
from tests.api.world import World
from tests.assets import samples
from tests.assets.sending import announce, send, upload

CHUNK = 256 * 1024


@contextmanager
def inside(world: World) -> Iterator[Scope]:
    """A scope of the organization."""
    with scope(world.organization, actor=SYSTEM, source="system") as opened:
        yield opened


def kept(files: Path) -> set[str]:
    """Every file of the test."""
    return {path.relative_to(files).as_posix() for path in files.rglob("*") if path.is_file()}


def swept(world: World, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Run the sweep as a job, here; return what it says it did."""
    monkeypatch.setattr(inline, "PATIENCE", 0.0)
    with inside(world):
        job = enqueue(SWEEP, actor=SYSTEM)
    done = inline.settle(job)
    assert done.state == Job.State.DONE, done.error_text
    return dict(done.result or {})


def forget_everything(world: World) -> None:
    """Start with no assets: each test has a folder of its own, the organization is shared."""
    with inside(world):
        Asset.objects.update(current=None)
        Upload.objects.all().delete()
        AssetVersion.objects.all().delete()
        Asset.objects.all().delete()


def test_nothing_is_left_of_what_was_given_up(world: World, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forget_everything(world)
    caller = world.callers["marketer"]
    film = samples.mp4(padding=CHUNK)
    given_up, under_way = announce(caller, len(film)), announce(caller, len(film))
    for sent in (given_up, under_way):
        assert send(caller, sent, film[:CHUNK]).status_code == 200
    with inside(world):
        Upload.objects.filter(pk=given_up).update(expires_at=timezone.now() - timedelta(seconds=1))
        # The process died while it wrote a chunk, and after the row of another upload was gone.
        folder = files / "tenants" / world.row.schema_name
        (folder / "uploads" / given_up / "upload-abc").write_bytes(b"half")
    assert caller("GET", f"/uploads/{given_up}").status_code == 404

    assert swept(world, monkeypatch) == {"uploads": 1, "chunks": 2, "files": 0}

    assert kept(files) == {f"tenants/{world.row.schema_name}/uploads/{under_way}/00000"}
    assert send(caller, under_way, film[CHUNK:], CHUNK).status_code == 200


def test_files_of_a_rollback_go_and_those_of_a_commit_stay(
    world: World, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_everything(world)
    made = upload(world.callers["marketer"], samples.picture(colour="teal"))
    stay = kept(files)
    with pytest.raises(RuntimeError), inside(world):
        actor = world.actors["marketer"]
        assert actor.user_id is not None
        store_file(owner_id=actor.user_id, content=BytesIO(samples.picture(colour="red")), file_name="r.png")
        raise RuntimeError("after the files, before the commit")
    assert len(kept(files)) == 6

    assert swept(world, monkeypatch) == {"uploads": 0, "chunks": 0, "files": 3}
    assert kept(files) == stay
    assert swept(world, monkeypatch) == {"uploads": 0, "chunks": 0, "files": 0}
    assert world.callers["marketer"]("GET", f"/assets/{made['asset_id']}").status_code == 200


def test_a_file_whose_row_is_about_to_be_committed_is_waited_for(world: World, files: Path) -> None:
    """The same file was left over from a rollback: it is there already, old, and referred to by nobody yet."""
    forget_everything(world)
    prepared = prepare(BytesIO(samples.picture(colour="navy")))
    with inside(world):
        keep(prepared)
    keys = sorted(kept(files))
    actor = world.actors["marketer"]
    assert actor.user_id is not None

    def clean() -> int:
        try:
            with inside(world):
                return delete_unreferenced(keys)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        with inside(world):
            store_file(owner_id=actor.user_id, content=BytesIO(samples.picture(colour="navy")), file_name="n.png")
            waiting = thread.submit(clean)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.3)
        assert waiting.result(timeout=10) == 0
    assert sorted(kept(files)) == keys


def test_what_was_stored_after_the_first_look_stays(world: World, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forget_everything(world)
    upload(world.callers["marketer"], samples.picture(colour="gold"))
    monkeypatch.setattr(sweeping, "referenced", _blind_once(sweeping.referenced))

    assert swept(world, monkeypatch)["files"] == 0
    assert len(kept(files)) == 3


def _blind_once(look: Any) -> Any:
    """The first look sees nothing, as if everything had been stored after it."""
    looks = []

    def blind(by: Any = None) -> set[str]:
        looks.append(by)
        return set() if len(looks) == 1 else look(by)

    return blind


def test_the_files_of_organizations_are_apart(
    world: World, other_world: World, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_everything(world)
    theirs = upload(other_world.callers["owner"], samples.picture(colour="pink"), allow_duplicate=True)
    stay = kept(files)
    mine = upload(world.callers["marketer"], samples.picture(colour="pink"))
    assert mine["version"]["sha256"] == theirs["version"]["sha256"]
    assert len(kept(files)) == 2 * len(stay)
    forget_everything(world)

    assert swept(world, monkeypatch)["files"] == 3
    assert kept(files) == stay
    with inside(world):
        assert not asset_files().exists(key_of(world.organization, mine["version"]["sha256"]))


def test_an_upload_that_starts_meanwhile_keeps_its_chunks(
    world: World, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_everything(world)
    caller = world.callers["marketer"]
    film = samples.mp4(padding=CHUNK)
    store = type(asset_files())
    walk = store.walk
    started: list[str] = []

    def walk_late(self: Any, folder: str) -> Any:
        if not started:
            with ThreadPoolExecutor(1) as other:
                started.append(other.submit(announce_and_send).result())
        return walk(self, folder)

    def announce_and_send() -> str:
        try:
            sent = announce(caller, len(film))
            assert send(caller, sent, film[:CHUNK]).status_code == 200
            return sent
        finally:
            connections.close_all()

    monkeypatch.setattr(store, "walk", walk_late)
    assert swept(world, monkeypatch)["chunks"] == 0
    assert [path for path in kept(files) if started[0] in path]
