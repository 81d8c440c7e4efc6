"""Private files: one folder per organization, never served by path.

Assets and uploads go through Django's storage "assets": this folder, or a bucket where ASSET_STORAGE_URL names one.
Either is whole and durable before save() returns, takes the name it is given and replaces what is there.
"""

import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, Self, cast

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, storages

from kernel.tenancy.context import TenantLike

BLOCK = 64 * 1024
ASSETS = "assets"


class Readable(Protocol):
    """What a storage hands out to be read."""

    def read(self, amount: int, /) -> bytes: ...
    def close(self) -> None: ...


class Blocks:
    """The next `length` bytes of an open file, block by block; closed at their end, or by close()."""

    def __init__(self, file: Readable, length: int) -> None:
        self._file = file
        self._left = length

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        block = self._file.read(min(BLOCK, self._left)) if self._left > 0 else b""
        if not block:
            self.close()
            raise StopIteration
        self._left -= len(block)
        return block

    def close(self) -> None:
        """Close the file; again does nothing."""
        self._left = 0
        self._file.close()


class Files(Protocol):
    """What is asked of either storage."""

    def save(self, name: str, content: "File[bytes]") -> str: ...
    def exists(self, name: str) -> bool: ...
    def delete(self, name: str) -> None: ...
    def size(self, name: str) -> int: ...
    def open(self, name: str, mode: str = "rb") -> "File[bytes]": ...
    def stream(self, name: str, start: int, length: int) -> Blocks: ...
    def walk(self, folder: str) -> Iterator[tuple[str, datetime]]: ...


class PrivateStorage(FileSystemStorage):
    """Files below PRIVATE_STORAGE_ROOT, readable by the server's user only."""

    def __init__(self) -> None:
        super().__init__(file_permissions_mode=0o600, directory_permissions_mode=0o700, allow_overwrite=True)

    @property
    def base_location(self) -> str:
        """The root as the settings have it now."""
        return str(settings.PRIVATE_STORAGE_ROOT)

    @property
    def location(self) -> str:
        """The root as an absolute path."""
        return os.path.abspath(self.base_location)

    def stream(self, name: str, start: int, length: int) -> Blocks:
        """Return `length` bytes from `start` on, block by block. Raises FileNotFoundError at once."""
        file = Path(self.path(name)).open("rb")  # noqa: SIM115 -- Blocks closes it
        file.seek(start)
        return Blocks(file, length)

    def walk(self, folder: str) -> Iterator[tuple[str, datetime]]:
        """Return every file below `folder` with the time it was written; nothing for a folder that is not there."""
        root = Path(self.location)
        for path in sorted(Path(self.path(folder)).rglob("*")):
            try:
                written = path.stat().st_mtime
            except FileNotFoundError:  # another process tidies up too
                continue
            if path.is_file():
                yield path.relative_to(root).as_posix(), datetime.fromtimestamp(written, tz=UTC)

    def delete(self, name: str) -> None:
        """Remove the file, and the folders that this leaves empty."""
        super().delete(name)
        folder, root = Path(self.path(name)).parent, Path(self.location)
        while folder != root:
            try:
                folder.rmdir()
            except OSError:  # something else is in there, or it is gone
                return
            folder = folder.parent

    def _save(self, name: str, content: "File[Any]") -> str:
        """On disk under a name of its own first, so that nobody ever sees half a file."""
        path = Path(self.path(name))
        handle, temporary = _beside(path)
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in content.chunks(BLOCK):
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
            _sync(path.parent)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        return name


def asset_files() -> Files:
    """Return the storage of assets and uploads."""
    return cast("Files", storages[ASSETS])


def tenant_folder(organization: TenantLike) -> str:
    """Return the storage folder of an organization, relative to the storage's root."""
    return f"tenants/{organization.schema_name}"


def tenant_path(organization: TenantLike, *parts: str) -> Path:
    """Return an absolute path inside the organization's folder; refuse parts that would leave it."""
    base = (Path(settings.PRIVATE_STORAGE_ROOT) / tenant_folder(organization)).resolve()
    path = base.joinpath(*parts).resolve()
    if not path.is_relative_to(base):
        raise ValueError("The path leaves the organization's folder.")
    return path


def _beside(path: Path) -> tuple[int, str]:
    """A new file in the folder of `path`, which may vanish under our hands when somebody tidies up."""
    while True:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            return tempfile.mkstemp(dir=path.parent, prefix="upload-")
        except FileNotFoundError:
            continue


def _sync(folder: Path) -> None:
    """The new name is on disk only with its folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
