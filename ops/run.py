"""Run a command with its servers: `python -m ops.run --profile test|bench|dev [--alone] -- COMMAND...`.

`test`: fresh servers in a folder of their own, removed afterwards. `dev`: the project's durable servers; those
that `make demo` or `make dev` already run are used, else they run for the length of the command.
"""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from types import FrameType

from ops.project import ROOT
from ops.servers.durable import product_stopped, project_servers
from ops.servers.errors import ServerError
from ops.servers.group import throwaway
from ops.servers.process import dies_with_parent


def main(arguments: list[str]) -> int:
    """Start what is missing, run the command, stop what was started; return the command's exit code."""
    options = parse(arguments)
    # TERM must pass through the `finally` blocks that stop the servers.
    signal.signal(signal.SIGTERM, raise_exit)
    try:
        if options.profile in ("test", "bench"):
            with throwaway(os.environ, durable=options.profile == "bench") as servers:
                return run(options.command, os.environ | servers.environment())
        with contextlib.ExitStack() as stack:
            if options.alone:
                stack.enter_context(product_stopped("a command that needs the database for itself"))
            servers = stack.enter_context(project_servers(os.environ, purpose="a command", wait_for_users=True))
            return run(options.command, os.environ | servers.environment())
    except ServerError as error:
        print(f"servers: {error}", file=sys.stderr)
        return 1


def parse(arguments: list[str]) -> argparse.Namespace:
    """Return the options; everything after `--` is the command."""
    parser = argparse.ArgumentParser(prog="python -m ops.run", description=__doc__)
    parser.add_argument("--profile", choices=["test", "bench", "dev"], default="dev")
    parser.add_argument("--alone", action="store_true", help="refuse while the product runs")
    parser.add_argument("command", nargs="+")
    return parser.parse_args(arguments)


def raise_exit(number: int, _frame: FrameType | None) -> None:
    """Turn a signal into an orderly exit."""
    raise SystemExit(128 + number)


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
