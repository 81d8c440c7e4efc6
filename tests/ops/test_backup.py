import contextlib
import os
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from ops.archive import database, restore, write
from ops.archive.files import contents
from ops.archive.manifest import Damaged
from ops.archive.tools import Target
from ops.reset import reset_database
from ops.servers.errors import ServerError
from ops.servers.group import Group, throwaway

pytestmark = pytest.mark.processes

SCHEMA = "t_abcdefghijklmnop"
ROLE = f"campaign_builder_{SCHEMA}"
RUNTIME = "campaign_builder_tenant_runtime"
TABLES = f"""
    CREATE ROLE {RUNTIME} NOLOGIN;
    CREATE ROLE {ROLE} NOLOGIN;
    GRANT {RUNTIME} TO {ROLE};
    GRANT {ROLE} TO app WITH INHERIT FALSE, SET TRUE;
    CREATE TABLE job (id int PRIMARY KEY, tenant_role text, "whole" jsonb, price numeric, at timestamptz);
    GRANT SELECT, INSERT ON job TO app, {RUNTIME};
    ALTER TABLE job ENABLE ROW LEVEL SECURITY;
    CREATE POLICY tenant_own ON job TO {RUNTIME} USING (tenant_role = current_user);
    INSERT INTO job SELECT n, '{ROLE}', '{{"a": 1}}', n / 3.0, '2026-03-01' FROM generate_series(1, 500) n;
    CREATE SCHEMA {SCHEMA};
    GRANT USAGE ON SCHEMA {SCHEMA} TO {ROLE};
    CREATE TABLE {SCHEMA}.campaign (id bigserial PRIMARY KEY, name text, raw bytea);
    GRANT SELECT, INSERT, UPDATE ON {SCHEMA}.campaign TO {ROLE};
    INSERT INTO {SCHEMA}.campaign (name, raw) VALUES ('Frühling', '\\x00ff'), (NULL, NULL);
    ALTER DATABASE campaign_builder SET statement_timeout = '70s';
    REVOKE TEMPORARY ON DATABASE campaign_builder FROM PUBLIC;
"""
DAMAGE = f"""
    UPDATE {SCHEMA}.campaign SET name = 'gone' WHERE id = 1;
    DELETE FROM job WHERE id > 10;
    CREATE TABLE later (id int);
"""


@pytest.fixture(scope="module")
def servers(session_folder: Path) -> Iterator[Group]:
    """The servers of all tests here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA_FOLDER", str(session_folder))
        running = contextlib.ExitStack()
        group = running.enter_context(throwaway({}))
    with running:
        yield group


@pytest.fixture
def target(servers: Group, tmp_path: Path) -> Iterator[Target]:
    """A database with an organization, and a folder with its files."""
    found = Target(url=servers.environment()["DATABASE_OWNER_URL"], files=tmp_path / "private")
    execute(found, TABLES)
    (found.files / "tenants" / SCHEMA).mkdir(parents=True)
    (found.files / "tenants" / SCHEMA / "dump.json").write_bytes(b'{"a": "b"}' * 1000)
    (found.files / "empty").touch()
    yield found
    for suffix in (restore.OLD, restore.NEW):
        restore.drop(found, found.database + suffix)
    reset_database(found)


@pytest.fixture
def archive(target: Target, tmp_path: Path) -> Path:
    path = tmp_path / "backups" / "first.tar"
    write.write(target, path)
    return path


def test_a_restore_equals_the_manifest_in_every_table_and_file(target: Target, archive: Path) -> None:
    before = state(target)
    execute(target, DAMAGE)
    (target.files / "empty").unlink()
    (target.files / "tenants" / SCHEMA / "dump.json").write_text("changed")
    (target.files / "later").touch()
    changed = state(target)

    manifest = restore.restore(target, archive, confirmed=True)

    assert state(target) == before
    assert (manifest.tables, manifest.sequences, manifest.files) == before[:3]
    assert manifest.tables["public.job"].rows == 500
    assert manifest.sequences == {f"{SCHEMA}.campaign_id_seq": "2 used"}
    kept = Target(
        url=target.conninfo("campaign_builder_before_restore"), files=restore.beside(target.files, "_before_restore")
    )
    assert state(kept)[:3] == changed[:3]
    assert not list(target.files.parent.glob("*restoring*"))


def test_a_restore_brings_back_the_roles_of_a_new_server(
    target: Target, archive: Path, plain_environ: dict[str, str], tmp_path: Path
) -> None:
    with throwaway(plain_environ) as servers:
        fresh = Target(url=servers.environment()["DATABASE_OWNER_URL"], files=tmp_path / "elsewhere" / "private")
        fresh.files.parent.mkdir()

        restore.restore(fresh, archive, confirmed=False)

        assert state(fresh) == state(target)
        with psycopg.connect(servers.environment()["DATABASE_URL"]) as connection:
            assert connection.execute("SHOW statement_timeout").fetchone() == ("70s",)
            connection.execute(f"SET ROLE {ROLE}")
            assert connection.execute(f"SELECT count(*) FROM {SCHEMA}.campaign").fetchone() == (2,)
            connection.execute(f"UPDATE {SCHEMA}.campaign SET name = 'x'")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"DELETE FROM {SCHEMA}.campaign")


def cut_off(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 20_000)


def flip_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[content.index(b'{"a": "b"}') + 2] ^= 1
    path.write_bytes(content)


def change_the_manifest(path: Path) -> None:
    content = path.read_bytes()
    assert content.count(b'"rows": 500') == 1
    path.write_bytes(content.replace(b'"rows": 500', b'"rows": 501'))


def replace_by_text(path: Path) -> None:
    path.write_text("not an archive")


def point_outside(path: Path) -> None:
    with tarfile.open(path, "w") as archive:
        archive.addfile(tarfile.TarInfo("files/../../outside"))


@pytest.mark.parametrize("damage", [cut_off, flip_a_byte, change_the_manifest, replace_by_text, point_outside])
def test_a_damaged_archive_is_refused_before_anything_is_touched(
    target: Target, archive: Path, damage: Callable[[Path], None]
) -> None:
    damage(archive)
    before = state(target)

    with pytest.raises(Damaged):
        restore.restore(target, archive, confirmed=True)

    assert state(target) == before
    assert databases(target) == ["campaign_builder", "postgres"]
    assert sorted(path.name for path in target.files.parent.iterdir() if path != archive.parent) == ["private"]


def test_existing_data_is_replaced_only_when_confirmed(target: Target, archive: Path) -> None:
    execute(target, DAMAGE)
    before = state(target)

    with pytest.raises(ServerError, match="CONFIRM=yes"):
        restore.restore(target, archive, confirmed=False)

    assert state(target) == before


def test_a_restore_is_refused_while_somebody_is_connected(target: Target, archive: Path) -> None:
    with target.connect(), pytest.raises(ServerError, match="1 connections use the database"):
        restore.restore(target, archive, confirmed=True)

    assert databases(target) == ["campaign_builder", "postgres"]


def test_a_restore_that_does_not_verify_changes_nothing(
    target: Target, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute(target, DAMAGE)
    before = state(target)
    monkeypatch.setattr(database, "sequences", lambda _connection: {"public.other": "1 used"})

    with pytest.raises(Damaged, match="does not equal the manifest"):
        restore.restore(target, archive, confirmed=True)

    monkeypatch.undo()
    assert state(target) == before
    assert databases(target) == ["campaign_builder", "postgres"]


@pytest.mark.parametrize("files_moved", [0, 1, 2])
@pytest.mark.parametrize("committed", [True, False])
def test_a_swap_that_was_interrupted_is_finished_or_undone(target: Target, committed: bool, files_moved: int) -> None:
    new, old = restore.beside(target.files, restore.NEW), restore.beside(target.files, restore.OLD)
    new.mkdir()
    (new / "restored").touch()
    with target.connect("postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE campaign_builder_restoring")
        restore.write_journal(target, restore.oid(connection, "campaign_builder_restoring"))
        if committed:
            restore.rename(connection, "campaign_builder", "campaign_builder_before_restore")
            restore.rename(connection, "campaign_builder_restoring", "campaign_builder")
    if files_moved >= 1:
        target.files.rename(old)
    if files_moved == 2:
        new.rename(target.files)

    restore.finish_interrupted_swap(target)

    assert sorted(path.name for path in target.files.iterdir()) == (["restored"] if committed else ["empty", "tenants"])
    assert not restore.journal(target).exists()


def test_a_backup_is_one_snapshot(target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real_run = Target.run

    def run(self: Target, program: str, *arguments: str, database: str | None = None) -> None:
        real_run(self, program, *arguments, database=database)
        if program == "pg_dump":
            execute(self, "DELETE FROM job")

    monkeypatch.setattr(Target, "run", run)

    manifest = write.write(target, tmp_path / "second.tar")

    assert manifest.tables["public.job"].rows == 500


def execute(target: Target, statements: str) -> None:
    with target.connect() as connection:
        connection.execute(statements.encode())


def state(target: Target) -> tuple[object, ...]:
    """Everything that a backup promises to bring back."""
    with target.connect() as connection:
        roles = database.tenant_roles(connection, "campaign_builder")
        return (
            database.tables(connection),
            database.sequences(connection),
            contents(target.files),
            roles,
            database.memberships(connection, roles, "owner"),
            database.settings(connection, target.database),
            connection.execute(
                "SELECT relname, relacl::text FROM pg_class WHERE relacl IS NOT NULL"
                " AND relnamespace::regnamespace::text !~ '^(pg_|information)' ORDER BY 1"
            ).fetchall(),
        )


def databases(target: Target) -> list[str]:
    with target.connect("postgres") as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1")
        return [row[0] for row in rows]
