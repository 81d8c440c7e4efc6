"""PostgreSQL's own programs, and where the database and the files are."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ops.servers.errors import ServerError
from ops.servers.software import installed


@dataclass(frozen=True, slots=True)
class Target:
    """The database, as its owner reaches it, and the folder of the private files."""

    url: str
    files: Path

    @property
    def database(self) -> str:
        """The database's name."""
        return str(conninfo_to_dict(self.url)["dbname"])

    @property
    def owner(self) -> str:
        """The role that owns the database."""
        return str(conninfo_to_dict(self.url)["user"])

    def connect(self, database: str | None = None, *, autocommit: bool = False) -> psycopg.Connection[Any]:
        """Connect as the owner, to another database of the same server if named."""
        return psycopg.connect(self.conninfo(database), autocommit=autocommit)

    def conninfo(self, database: str | None = None) -> str:
        """Return the connection string, without the password if a program is to be called with it."""
        return make_conninfo(self.url, dbname=database or self.database)

    def run(self, program: str, *arguments: str, database: str | None = None) -> None:
        """Run one of PostgreSQL's programs on the database; raise with its own words if it fails."""
        parts = conninfo_to_dict(self.conninfo(database))
        password = parts.pop("password", None)
        environment = dict(os.environ) | ({"PGPASSWORD": str(password)} if password else {})
        done = subprocess.run(
            [find(program), *arguments, "--dbname", make_conninfo("", **parts)],
            env=environment,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise ServerError(f"{program} failed:\n{done.stderr.strip()}")


def from_environment() -> Target:
    """Return what the settings and the environment name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    from django.conf import settings

    url = os.environ.get("DATABASE_OWNER_URL")
    if not url:
        raise ServerError("DATABASE_OWNER_URL is not set; `make backup` and `make restore` set it.")
    return Target(url=url, files=Path(settings.PRIVATE_STORAGE_ROOT).resolve())


def find(program: str) -> str:
    """Return the path of one of PostgreSQL's programs: the installed wheel's, else the system's."""
    try:
        return str(installed().tool(program))
    except ServerError:
        path = shutil.which(program)
        if path is None:
            raise ServerError(f"{program} is needed: install PostgreSQL's client programs.") from None
        return path
