"""Putting a backup back: built beside the living data, verified, then swapped in."""

import contextlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from ops.archive import database, files
from ops.archive.manifest import Damaged, Manifest, differences
from ops.archive.read import unpack
from ops.archive.tools import Target
from ops.servers.errors import ServerError

NEW = "_restoring"
OLD = "_before_restore"


def restore(target: Target, archive: Path, *, confirmed: bool) -> Manifest:
    """Replace database and files by the archive's content; on any trouble everything stays as it was."""
    finish_interrupted_swap(target)
    staging = beside(target.files, NEW)
    dump = target.files.with_name(f"{target.files.name}{NEW}.dump")
    try:
        shutil.rmtree(staging, ignore_errors=True)
        manifest = unpack(archive, dump, staging)
        refuse(target, manifest, confirmed=confirmed)
        make_roles(target, manifest)
        make_database(target, manifest, dump)
        verify(target, manifest, staging)
        swap(target, staging)
    except BaseException:
        finish_interrupted_swap(target)
        drop(target, target.database + NEW)
        raise
    finally:
        dump.unlink(missing_ok=True)
        shutil.rmtree(staging, ignore_errors=True)
    return manifest


def refuse(target: Target, manifest: Manifest, *, confirmed: bool) -> None:
    """Raise if this archive can't or may not be restored here."""
    if manifest.database != target.database:
        raise ServerError(
            f"The archive is of database {manifest.database}, not {target.database}; the names of the "
            "organizations' roles contain it, so it can only be restored under that name."
        )
    with target.connect() as connection:
        rows = connection.execute("SELECT rolname FROM pg_roles").fetchall()
        missing = sorted(set(manifest.login_roles) - {row[0] for row in rows})
        if missing:
            raise ServerError(f"These database roles are missing, create them first: {', '.join(missing)}.")
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        found = connection.execute(others, [target.database]).fetchone()
        if found and found[0]:
            raise ServerError(f"{found[0]} connections use the database {target.database}. Stop the product first.")
        has_data = not database.is_empty(connection) or bool(files.paths(target.files))
    if has_data and not confirmed:
        raise ServerError(
            f"The database {target.database} or {target.files} holds data. "
            "To replace it: make restore FILE=... CONFIRM=yes (what is there now is kept aside)."
        )


def make_roles(target: Target, manifest: Manifest) -> None:
    """Create the organizations' roles and their memberships where they are missing."""
    with target.connect("postgres") as connection:
        existing = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role in manifest.roles:
            if role not in existing:
                connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
        granted = database.memberships(connection, manifest.roles, target.owner)
        for membership in manifest.memberships:
            if membership not in granted:
                statement = sql.SQL("GRANT {} TO {} WITH ADMIN {}, INHERIT {}, SET {}").format(
                    sql.Identifier(membership.role),
                    sql.Identifier(membership.member),
                    sql.Literal(membership.admin),
                    sql.Literal(membership.inherit),
                    sql.Literal(membership.set),
                )
                connection.execute(statement)


def make_database(target: Target, manifest: Manifest, dump: Path) -> None:
    """Restore the dump into a new database beside the living one."""
    name = target.database + NEW
    drop(target, name)
    with target.connect("postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        target.run("pg_restore", "--exit-on-error", "--jobs=2", str(dump), database=name)
        for statement in manifest.settings:
            connection.execute(statement.replace("{database}", f'"{name}"').encode())


def verify(target: Target, manifest: Manifest, staging: Path) -> None:
    """Raise unless every table, sequence and file equals the manifest."""
    with target.connect(target.database + NEW) as connection:
        wrong = differences("table", manifest.tables, database.tables(connection))
        wrong += differences("sequence", manifest.sequences, database.sequences(connection))
    wrong += differences("file", manifest.files, files.contents(staging))
    if wrong:
        raise Damaged("What was restored does not equal the manifest:\n" + "\n".join(wrong))


def swap(target: Target, staging: Path) -> None:
    """Put the new database and files in place of the old ones, which are kept aside.

    The journal lets the next restore finish or undo this if the machine stops in the middle.
    """
    old_files = beside(target.files, OLD)
    drop(target, target.database + OLD)
    shutil.rmtree(old_files, ignore_errors=True)
    target.files.mkdir(parents=True, exist_ok=True)
    with target.connect("postgres") as connection:
        new_database = oid(connection, target.database + NEW)
        write_journal(target, new_database)
        rename(connection, target.database, target.database + OLD)
        rename(connection, target.database + NEW, target.database)
        target.files.rename(old_files)
        staging.rename(target.files)
    journal(target).unlink()


def finish_interrupted_swap(target: Target) -> None:
    """If a swap was interrupted, make the files follow the database, whose own swap is one transaction."""
    path = journal(target)
    if not path.exists():
        return
    staging, old_files = beside(target.files, NEW), beside(target.files, OLD)
    with target.connect("postgres") as connection:
        swapped = oid(connection, target.database) == json.loads(path.read_text())["new_database"]
    if swapped and staging.exists():
        with contextlib.suppress(FileNotFoundError):
            target.files.rename(old_files)
        staging.rename(target.files)
    elif not swapped and old_files.exists():
        with contextlib.suppress(FileNotFoundError):
            target.files.rename(staging)
        old_files.rename(target.files)
    path.unlink()


def write_journal(target: Target, new_database: int) -> None:
    """Note on disk that a swap is about to happen."""
    with journal(target).open("w") as stream:
        json.dump({"new_database": new_database}, stream)
        stream.flush()
        os.fsync(stream.fileno())


def journal(target: Target) -> Path:
    """Return the path of the journal."""
    return target.files.with_name(f"{target.files.name}.restore-journal")


def beside(folder: Path, suffix: str) -> Path:
    """Return the folder's neighbour, on the same disk."""
    return folder.with_name(folder.name + suffix)


def rename(connection: psycopg.Connection[Any], old: str, new: str) -> None:
    """Rename a database."""
    names = (sql.Identifier(old), sql.Identifier(new))
    connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*names))


def oid(connection: psycopg.Connection[Any], name: str) -> int:
    """Return what identifies a database whatever its name."""
    row = connection.execute("SELECT oid::bigint FROM pg_database WHERE datname = %s", [name]).fetchone()
    if row is None:
        raise ServerError(f"There is no database {name}.")
    return int(row[0])


def drop(target: Target, name: str) -> None:
    """Drop a database if it exists."""
    with target.connect("postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
