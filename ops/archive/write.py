"""Writing a backup while the product runs."""

import hashlib
import importlib.metadata
import io
import os
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, cast

from ops.archive import database, files
from ops.archive.manifest import File, Manifest
from ops.archive.tools import Target

DUMP = "database.dump"
FILES = "files/"
MANIFEST = "manifest.json"
SEAL = "manifest.sha256"


def write(target: Target, path: Path) -> Manifest:
    """Write the archive; it appears under its name only when complete and on disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    os.close(os.open(partial, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
    try:
        with partial.open("wb") as stream:
            with tarfile.open(fileobj=stream, mode="w") as archive:
                manifest = fill(archive, target, path.parent)
            stream.flush()
            os.fsync(stream.fileno())
        partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)
    return manifest


def fill(archive: tarfile.TarFile, target: Target, scratch: Path) -> Manifest:
    """Add dump, files and manifest. Dump and manifest see one and the same snapshot of the database."""
    with target.connect() as connection, tempfile.NamedTemporaryFile(dir=scratch, suffix=".dump") as dump:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        created_at = datetime.now(UTC).isoformat(timespec="seconds")
        snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert snapshot
        target.run("pg_dump", "--format=custom", f"--snapshot={snapshot[0]}", f"--file={dump.name}")
        dump_file = add(archive, DUMP, Path(dump.name))
        # Files are written before the row that names them and removed after it: copied now, none is missing.
        kept = {}
        for path in files.paths(target.files):
            name = str(path.relative_to(target.files))
            kept[name] = add(archive, FILES + name, path)
        roles = database.tenant_roles(connection, target.database)
        manifest = Manifest(
            created_at=created_at,
            database=target.database,
            versions={
                "postgresql": str(connection.info.parameter_status("server_version")),
                "django": importlib.metadata.version("django"),
            },
            login_roles=database.login_roles(connection, target.database),
            roles=roles,
            memberships=database.memberships(connection, roles, target.owner),
            settings=database.settings(connection, target.database),
            dump=dump_file,
            tables=database.tables(connection),
            sequences=database.sequences(connection),
            files=kept,
        )
        text = manifest.to_json().encode()
        add_bytes(archive, MANIFEST, text)
        add_bytes(archive, SEAL, hashlib.sha256(text).hexdigest().encode())
        return manifest


def add(archive: tarfile.TarFile, name: str, path: Path) -> File:
    """Add a file; its hash is that of the very bytes that went into the archive."""
    with path.open("rb") as stream:
        information = archive.gettarinfo(arcname=name, fileobj=stream)
        hashing = files.Hashing(stream)
        archive.addfile(information, cast("IO[bytes]", hashing))
        return hashing.result()


def add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    """Add a file with this content."""
    information = tarfile.TarInfo(name)
    information.size = len(content)
    information.mode = 0o600
    archive.addfile(information, io.BytesIO(content))
