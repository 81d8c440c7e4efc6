"""The project's durable servers: one process runs them, any number may use them."""

import contextlib
import sys
import time
from collections.abc import Iterator, Mapping

from ops import lock
from ops.project import data_folder
from ops.servers import valkey
from ops.servers.errors import ServerError
from ops.servers.group import Group, group
from ops.servers.place import DURABLE, find_place

PATIENCE = 60.0


@contextlib.contextmanager
def project_servers(environ: Mapping[str, str], *, purpose: str, wait_for_users: bool) -> Iterator[Group]:
    """Provide the servers: those that another process runs, else our own for the length of the block.

    Our own are stopped at the end; with `wait_for_users`, only once nobody else uses them any more.
    """
    data = data_folder()
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(lock.exclusive(data / "servers.lock", purpose=purpose))
        except lock.Held:
            stack.enter_context(lock.shared(data / "servers.users"))
            servers = group(find_place(DURABLE), environ, durable=True)
            wait_until_answering(servers)
            yield servers
            return
        servers = group(find_place(DURABLE), environ, durable=True)
        # Registered before the start: whatever interrupts us, what has been started is stopped.
        stack.callback(servers.stop)
        servers.start()
        yield servers
        if wait_for_users:
            let_others_finish()


@contextlib.contextmanager
def product_stopped(purpose: str) -> Iterator[None]:
    """Keep the product from running during the block; raise if it runs now."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(product_lock(purpose))
        except lock.Held as held:
            raise ServerError(
                f"{held.holder.purpose} is running (process {held.holder.pid}). Stop it first: Ctrl-C in its terminal."
            ) from None
        yield


def product_lock(purpose: str, url: str = "") -> contextlib.AbstractContextManager[None]:
    """Return the lock that web, dispatcher and worker of this project run under."""
    return lock.exclusive(data_folder() / "product.lock", purpose=purpose, url=url)


def let_others_finish() -> None:
    """Wait for other commands that use the servers we are about to stop."""
    users = data_folder() / "servers.users"
    if lock.is_in_use(users):
        print("servers: waiting for another command that uses them", file=sys.stderr)
    with lock.in_turn(users):
        pass


def wait_until_answering(servers: Group) -> None:
    """Wait for servers that another process has started or is starting."""
    deadline = time.monotonic() + PATIENCE
    while not is_answering(servers):
        if time.monotonic() > deadline:
            raise ServerError(f"another process runs the servers, but they do not answer in {PATIENCE:.0f} s.")
        time.sleep(0.1)


def is_answering(servers: Group) -> bool:
    """Tell whether every server of the group answers."""
    for server in (servers.cache, servers.queue):
        if server and not valkey.answers(server.socket_path):
            return False
    return servers.postgres is None or servers.postgres.is_prepared()
