"""Start again from nothing: `make db-reset` (the database) and `make dev-reset` (all local servers)."""

import os
import shutil
import sys

import psycopg
from psycopg import sql

from ops import lock
from ops.archive import database
from ops.archive.restore import beside
from ops.archive.tools import Target, from_environment
from ops.project import data_folder
from ops.servers.durable import product_stopped
from ops.servers.errors import ServerError
from ops.servers.group import remove_everything
from ops.servers.resp import ask


def main(arguments: list[str]) -> int:
    """Remove what was asked for, if it is confirmed."""
    what = arguments[0] if arguments else ""
    losses = {
        "database": "the database with all organizations, their roles and their files",
        "servers": "all local servers with their databases, the files and the mail outbox",
    }
    if what not in losses:
        print("usage: python -m ops.reset database|servers", file=sys.stderr)
        return 2
    if os.environ.get("CONFIRM") != "yes":
        print(f"reset: this removes {losses[what]}. Repeat it with CONFIRM=yes.", file=sys.stderr)
        return 1
    try:
        if what == "database":
            reset_database(from_environment())
        else:
            reset_servers()
    except (ServerError, psycopg.Error) as error:
        print(f"reset: {error}", file=sys.stderr)
        return 1
    print(f"reset: removed {losses[what]}")
    return 0


def reset_database(target: Target) -> None:
    """Drop the database with its tenants' roles and files, create it empty, empty the caches."""
    name = sql.Identifier(target.database)
    with target.connect("postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(name))
        for role in database.tenant_roles(connection, target.database):
            drop_role(connection, role)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
    shutil.rmtree(target.files, ignore_errors=True)
    for variable in ("REDIS_URL", "REDIS_QUEUE_URL"):
        if os.environ.get(variable):
            ask(os.environ[variable], "FLUSHDB")


def drop_role(connection: psycopg.Connection[object], role: str) -> None:
    """Drop a role, unless a database that was kept aside by a restore still uses it."""
    try:
        connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
    except psycopg.errors.DependentObjectsStillExist:
        print(f"reset: kept the role {role}, which another database uses")


def reset_servers() -> None:
    """Remove the embedded servers with their data, and what the product keeps beside them."""
    data = data_folder()
    try:
        with product_stopped("a reset"), lock.exclusive(data / "servers.lock", purpose="a reset"):
            remove_everything()
            for name in ("private", "outbox", "static"):
                shutil.rmtree(data / name, ignore_errors=True)
                shutil.rmtree(beside(data / name, "_before_restore"), ignore_errors=True)
            (data / "static.stamp").unlink(missing_ok=True)
    except lock.Held as held:
        holder = held.holder
        raise ServerError(f"{holder.purpose} (process {holder.pid}) uses the servers; stop it first.") from None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
