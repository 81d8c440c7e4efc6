"""Reading a backup: every byte is checked before anything is touched."""

import hashlib
import shutil
import tarfile
from pathlib import Path, PurePosixPath
from typing import IO, cast

from ops.archive.files import Hashing
from ops.archive.manifest import Damaged, File, Manifest, differences, from_json
from ops.archive.write import DUMP, FILES, MANIFEST, SEAL


def unpack(path: Path, dump: Path, folder: Path) -> Manifest:
    """Write the dump and the files to the given places; raise `Damaged` unless all is as the manifest says."""
    try:
        with tarfile.open(path, mode="r:") as archive:
            return unpack_members(archive, dump, folder)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise Damaged(f"{path} can't be read as a backup: {error}.") from error


def unpack_members(archive: tarfile.TarFile, dump: Path, folder: Path) -> Manifest:
    """Unpack member by member and compare with the manifest, which comes last."""
    found: dict[str, File] = {}
    texts: dict[str, bytes] = {}
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for member in archive:
        stream = archive.extractfile(member)
        if stream is None or not member.isreg():
            raise Damaged(f"The archive holds {member.name}, which is not a file.")
        if member.name in (MANIFEST, SEAL):
            texts[member.name] = stream.read()
        else:
            found[member.name] = copy(stream, destination(member.name, dump, folder))
    manifest = opened(texts)
    wanted = {DUMP: manifest.dump} | {FILES + name: file for name, file in manifest.files.items()}
    wrong = differences("content", wanted, found)
    if wrong:
        raise Damaged("The archive is damaged:\n" + "\n".join(wrong))
    return manifest


def opened(texts: dict[str, bytes]) -> Manifest:
    """Return the manifest if its seal is unbroken."""
    if MANIFEST not in texts or SEAL not in texts:
        raise Damaged("The archive is cut off: it has no manifest.")
    if hashlib.sha256(texts[MANIFEST]).hexdigest().encode() != texts[SEAL]:
        raise Damaged("The archive's manifest was changed after it was written.")
    return from_json(texts[MANIFEST])


def destination(name: str, dump: Path, folder: Path) -> Path:
    """Return where a member goes; one that points outside is refused."""
    if name == DUMP:
        return dump
    inside = PurePosixPath(name.removeprefix(FILES))
    if not name.startswith(FILES) or inside.is_absolute() or ".." in inside.parts:
        raise Damaged(f"The archive holds {name}, which does not belong into a backup.")
    path = folder / inside
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def copy(stream: IO[bytes], path: Path) -> File:
    """Write the stream to the path and return what it was."""
    hashing = Hashing(stream)
    with path.open("wb") as target:
        path.chmod(0o600)
        shutil.copyfileobj(cast("IO[bytes]", hashing), target)
    return hashing.result()
