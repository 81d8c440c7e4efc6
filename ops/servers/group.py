"""The three servers of one profile as a whole, less those that the environment already names."""

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ops import lock
from ops.project import data_folder
from ops.servers.errors import ServerError
from ops.servers.place import DURABLE, Place, find_place, prepare
from ops.servers.postgres import FAST_STOP, Postgres
from ops.servers.process import end_leftover
from ops.servers.software import for_account
from ops.servers.valkey import Valkey

DATABASE_VARIABLES = ("DATABASE_URL", "DATABASE_OWNER_URL")
REDIS_VARIABLES = ("REDIS_URL", "REDIS_QUEUE_URL")


@dataclass(frozen=True, slots=True)
class Group:
    """The embedded servers to run; a part is None when the environment names a server of the user's own."""

    place: Place
    postgres: Postgres | None
    cache: Valkey | None
    queue: Valkey | None

    def start(self) -> None:
        """Start all servers and wait until they answer; if one fails, none is left running."""
        try:
            for server in (self.cache, self.queue, self.postgres):
                if server:
                    server.start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop all servers, the database first."""
        with contextlib.ExitStack() as stack:
            for server in (self.cache, self.queue, self.postgres):
                if server:
                    stack.callback(server.stop)

    def ended(self) -> list[str]:
        """Return the names of servers that have ended by themselves."""
        servers = {"postgres": self.postgres, "cache": self.cache, "queue": self.queue}
        return [n for n, s in servers.items() if s and s.process and s.process.poll() is not None]

    def restart_ended(self) -> None:
        """Start those servers again that have ended by themselves."""
        for server in (self.cache, self.queue, self.postgres):
            if server and server.process and server.process.poll() is not None:
                server.restart()

    def environment(self) -> dict[str, str]:
        """Return the variables that tell children where the servers are."""
        found: dict[str, str] = {}
        if self.postgres:
            found |= {"DATABASE_URL": self.postgres.url("app")}
            found |= {"DATABASE_OWNER_URL": self.postgres.url("owner")}
        if self.cache and self.queue:
            found |= {"REDIS_URL": self.cache.url, "REDIS_QUEUE_URL": self.queue.url}
        return found


def group(place: Place, environ: Mapping[str, str], *, durable: bool) -> Group:
    """Return the servers of a place that are still needed beside those that the environment names."""
    own_database = names_both(environ, DATABASE_VARIABLES)
    own_redis = names_both(environ, REDIS_VARIABLES)
    if own_redis and environ["REDIS_URL"] == environ["REDIS_QUEUE_URL"]:
        raise ServerError("REDIS_URL and REDIS_QUEUE_URL name the same database; the cache would evict jobs.")
    prepare(place)
    with lock.in_turn(data_folder() / "software.lock"):
        software = for_account(place)
        if not durable and not own_database:
            Postgres(place, software, durable=False).ensure_pristine()
    return Group(
        place=place,
        postgres=None if own_database else Postgres(place, software, durable=durable),
        cache=None if own_redis else Valkey(place, software, "cache", durable=durable),
        queue=None if own_redis else Valkey(place, software, "queue", durable=durable),
    )


def names_both(environ: Mapping[str, str], names: tuple[str, str]) -> bool:
    """Tell whether the environment names the user's own servers; half a set is an error."""
    given = [name for name in names if environ.get(name)]
    if len(given) == 1:
        missing = next(name for name in names if name not in given)
        raise ServerError(f"{given[0]} is set, so {missing} must be set too.")
    return bool(given)


@contextlib.contextmanager
def throwaway(environ: Mapping[str, str], *, durable: bool = False) -> Iterator[Group]:
    """Run fresh servers for the length of the block and remove their data afterwards.

    They are fast, because nobody will miss their data; with `durable` they write as in production.
    """
    name = f"test-{os.getpid()}-{secrets.token_hex(3)}"
    place = find_place(name)
    path = throwaway_locks() / name
    with contextlib.ExitStack() as stack:
        stack.callback(path.unlink, missing_ok=True)
        with lock.in_turn(data_folder() / "sweep.lock"):
            sweep_throwaways()
            stack.enter_context(lock.exclusive(path, purpose="test servers"))
        servers = group(place, environ, durable=durable)
        try:
            servers.start()
            yield servers
        finally:
            servers.stop()
            place.remove()


def sweep_throwaways() -> None:
    """End and remove the throw-away servers of runs that were killed."""
    folder = throwaway_locks()
    for path in folder.glob("test-*") if folder.exists() else ():
        with contextlib.suppress(lock.Held), lock.exclusive(path, purpose="clean up"):
            place = find_place(path.name)
            end_servers(place)
            place.remove()
            path.unlink(missing_ok=True)


def throwaway_locks() -> Path:
    """Return the folder with one lock for each set of throw-away servers."""
    return data_folder() / "test-servers"


def end_servers(place: Place) -> None:
    """End servers that still run in a place whose lock nobody holds."""
    for pid_file in (place.home / "postgres" / "postmaster.pid", *place.home.glob("*/valkey.pid")):
        with contextlib.suppress(OSError, ValueError):
            pid = int(pid_file.read_text().split("\n", 1)[0])
            end_leftover(pid, str(place.home), FAST_STOP)


def remove_everything() -> None:
    """Delete the data of all embedded servers of this project."""
    place = find_place(DURABLE)
    end_servers(place)
    place.remove()
    shutil.rmtree(place.base, ignore_errors=True)
