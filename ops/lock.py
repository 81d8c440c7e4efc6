"""Who uses what: locks that the kernel releases when their holder dies, however it dies."""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that holds a lock, as it described itself."""

    pid: int
    purpose: str
    url: str = ""


class Held(Exception):
    """Somebody else holds the lock."""

    def __init__(self, holder: Holder) -> None:
        super().__init__(f"held by process {holder.pid} ({holder.purpose})")
        self.holder = holder


@contextlib.contextmanager
def exclusive(path: Path, *, purpose: str, url: str = "") -> Iterator[None]:
    """Hold the lock for the length of the block; raise `Held` at once if somebody else does."""
    with opened(path) as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Held(read_holder(stream)) from None
        describe(stream, Holder(pid=os.getpid(), purpose=purpose, url=url))
        yield
        stream.truncate(0)


@contextlib.contextmanager
def shared(path: Path) -> Iterator[None]:
    """Take part in the use of something; any number of processes may."""
    with opened(path) as stream:
        fcntl.flock(stream, fcntl.LOCK_SH)
        yield


@contextlib.contextmanager
def in_turn(path: Path) -> Iterator[None]:
    """Wait until nobody else is in this block or in a shared one of the same path."""
    with opened(path) as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def is_in_use(path: Path) -> bool:
    """Tell whether anybody holds the lock, shared or not."""
    with opened(path) as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def holder_of(path: Path) -> Holder | None:
    """Return who holds the lock, or None if nobody does."""
    with opened(path) as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return read_holder(stream)
        return None


@contextlib.contextmanager
def opened(path: Path) -> Iterator[IO[str]]:
    """Open the lock's file without emptying it; a child never inherits it, so no child keeps the lock."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as stream:
        yield stream


def describe(stream: IO[str], holder: Holder) -> None:
    """Write down who holds the lock."""
    stream.seek(0)
    stream.truncate()
    json.dump(asdict(holder), stream)
    stream.flush()


def read_holder(stream: IO[str]) -> Holder:
    """Return who holds the lock; it may not have written that down yet."""
    stream.seek(0)
    try:
        return Holder(**json.load(stream))
    except ValueError:
        return Holder(pid=0, purpose="starting")
