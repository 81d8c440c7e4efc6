"""Run a command with its servers: `python -m ops.run --profile test|dev [--alone] -- COMMAND...`.

`test`: fresh servers in a folder of their own, removed afterwards. `dev`: the project's durable servers; those
that `make demo` or `make dev` already run are used, else they run for the length of the command.
"""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType

from ops import lock
from ops.project import ROOT, data_folder
from ops.servers import valkey
from ops.servers.errors import ServerError
from ops.servers.group import Group, group, throwaway
from ops.servers.place import find_place
from ops.servers.process import dies_with_parent

PATIENCE = 60.0


def main(arguments: list[str]) -> int:
    """Start what is missing, run the command, stop what was started; return the command's exit code."""
    options = parse(arguments)
    # A TERM must pass through the `finally` blocks that stop the servers.
    signal.signal(signal.SIGTERM, raise_exit)
    try:
        if options.profile == "test":
            with throwaway(os.environ) as servers:
                return run(options.command, os.environ | servers.environment())
        with durable(os.environ, alone=options.alone) as environment:
            return run(options.command, os.environ | environment)
    except ServerError as error:
        print(f"servers: {error}", file=sys.stderr)
        return 1


def parse(arguments: list[str]) -> argparse.Namespace:
    """Return the options; everything after `--` is the command."""
    parser = argparse.ArgumentParser(prog="python -m ops.run", description=__doc__)
    parser.add_argument("--profile", choices=["test", "dev"], default="dev")
    parser.add_argument("--alone", action="store_true", help="refuse while the product or a command runs")
    parser.add_argument("command", nargs="+")
    return parser.parse_args(arguments)


def raise_exit(number: int, _frame: FrameType | None) -> None:
    """Turn a signal into an orderly exit."""
    raise SystemExit(128 + number)


@contextlib.contextmanager
def durable(environ: Mapping[str, str], *, alone: bool = False) -> Iterator[Mapping[str, str]]:
    """Provide the project's servers, running already or for the length of the block."""
    data = data_folder()
    users = data / "servers.users"
    try:
        with lock.exclusive(servers_lock(), purpose="a command"):
            servers = group(find_place("dev"), environ, durable=True)
            try:
                servers.start()
                yield servers.environment()
            finally:
                if lock.is_in_use(users):
                    print("servers: waiting for another command that uses them", file=sys.stderr)
                with lock.in_turn(users):
                    servers.stop()
    except lock.Held as held:
        if alone:
            raise ServerError(f"process {held.holder.pid} ({held.holder.purpose}) is running. Stop it first.") from None
    else:
        return
    with lock.shared(users):
        servers = group(find_place("dev"), environ, durable=True)
        wait_until_answering(servers)
        yield servers.environment()


def servers_lock() -> Path:
    """Return the lock whose holder runs the project's servers."""
    return data_folder() / "servers.lock"


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


def run(command: list[str], environ: Mapping[str, str]) -> int:
    """Run the command in the foreground; an interrupt is its business, we only wait for it."""
    child = subprocess.Popen(command, env=environ, cwd=ROOT, preexec_fn=dies_with_parent(signal.SIGTERM))
    try:
        while True:
            try:
                code = child.wait()
                return code if code >= 0 else 128 - code
            except KeyboardInterrupt:
                continue
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
