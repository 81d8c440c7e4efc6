"""The private files' side of a backup."""

import hashlib
import os
from pathlib import Path
from typing import IO

from ops.archive.manifest import File

CHUNK = 1024 * 1024


class Hashing:
    """A stream that notes size and hash of what is read from it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.size = 0
        self.digest = hashlib.sha256()

    def read(self, size: int = CHUNK) -> bytes:
        """Read on."""
        chunk = self.stream.read(size)
        self.size += len(chunk)
        self.digest.update(chunk)
        return chunk

    def result(self) -> File:
        """Return what has been read so far, in a word."""
        return File(size=self.size, sha256=self.digest.hexdigest())


def contents(folder: Path) -> dict[str, File]:
    """Return every file below the folder by its relative path."""
    return {str(path.relative_to(folder)): hash_file(path) for path in paths(folder)}


def paths(folder: Path) -> list[Path]:
    """Return the files below the folder in a fixed order; links are not followed and not kept."""
    return sorted(
        Path(parent, name)
        for parent, _folders, names in os.walk(folder)
        for name in names
        if not Path(parent, name).is_symlink()
    )


def hash_file(path: Path) -> File:
    """Return size and hash of a file."""
    with path.open("rb") as stream:
        hashing = Hashing(stream)
        while hashing.read():
            pass
        return hashing.result()
