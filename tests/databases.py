"""The databases that tests make beside the configured one, and drop again with their roles."""

import time

import psycopg
from django.conf import settings
from psycopg import sql
from psycopg.conninfo import make_conninfo


def recreate(name: str) -> None:
    """Make the database anew, empty."""
    drop(name)
    with _admin() as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def drop(name: str) -> None:
    """Drop the database and the roles of its organizations."""
    with _admin() as connection:
        for attempt in range(20):
            try:
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
                break
            except psycopg.errors.ObjectInUse:
                # A connection that was just closed may take a moment to end on the server.
                if attempt == 19:
                    raise
                time.sleep(0.25)
        prefix = name.replace("_", r"\_")
        for pattern in (rf"{prefix}\_t\_%", rf"{prefix}\_tenant\_runtime"):
            for (role,) in connection.execute(
                "SELECT rolname FROM pg_roles WHERE rolname LIKE %s", [pattern]
            ).fetchall():
                connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(str(role))))


def conninfo(alias: str, name: str = "") -> str:
    """Return how another process reaches the alias's server; `name` is another database there."""
    entry = settings.DATABASES[alias]
    return make_conninfo(
        dbname=name or entry["NAME"],
        user=entry["USER"] or None,
        password=entry["PASSWORD"] or None,
        host=entry["HOST"] or None,
        port=entry["PORT"] or None,
    )


def _admin() -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(conninfo("owner", "postgres"), autocommit=True)
