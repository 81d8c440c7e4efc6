"""Run the product with its servers in one process tree: `python -m ops.supervisor MODE`.

Modes: demo, dev, dev-full, studio, preview, servers. Ctrl-C or TERM stops everything, children before servers;
a second one does not wait.
"""

import contextlib
import os
import signal
import sys
import time
from types import FrameType

from ops import lock
from ops.project import data_folder
from ops.servers.durable import product_lock, project_servers
from ops.servers.errors import ServerError
from ops.servers.group import Group
from ops.supervision.child import kill_survivors
from ops.supervision.loop import Failed, Supervisor
from ops.supervision.plan import Plan, plan_for
from ops.supervision.web import taken_address

MODES = ("demo", "dev", "dev-full", "studio", "preview", "servers")


class Stop(BaseException):
    """Somebody asked us to stop."""


def main(arguments: list[str]) -> int:
    """Run the mode until it is stopped; return 0 then, or 1 with one sentence on what went wrong."""
    if len(arguments) != 1 or arguments[0] not in MODES:
        print(f"usage: python -m ops.supervisor {'|'.join(MODES)}", file=sys.stderr)
        return 2
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    try:
        supervise(arguments[0])
    except Stop:
        return 0
    except lock.Held as held:
        return already_running(arguments[0], held.holder)
    except (ServerError, Failed) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def stop(_number: int, _frame: FrameType | None) -> None:
    """Unwind from wherever we are; the `finally` blocks on the way stop what runs."""
    raise Stop


def supervise(mode: str) -> None:
    """Start the servers, run the plan, stop the servers."""
    port = port_from_environment()
    base_domain = os.environ.get("BASE_DOMAIN") or "localhost"
    plan = plan_for(mode, port=port, base_domain=base_domain)
    url = f"{plan.scheme}://{base_domain}:{port}" if plan.services else ""
    with contextlib.ExitStack() as stack:
        if plan.services:
            stack.enter_context(product_lock(plan.purpose, url))
            kill_survivors()
            refuse_taken_port(port, plan)
        elif lock.is_in_use(data_folder() / "servers.lock"):
            raise ServerError("the servers are running already; `make db-migrate` and the like will use them.")
        started = time.monotonic()
        servers = stack.enter_context(project_servers(os.environ, purpose=plan.purpose, wait_for_users=False))
        stack.callback(ignore_signals)
        supervisor = Supervisor(plan, servers, port=port, base_domain=base_domain)
        supervisor.output.say("servers", f"up in {time.monotonic() - started:.1f} s")
        if not plan.services:
            announce(servers)
        supervisor.run()


def ignore_signals() -> None:
    """Let the servers stop undisturbed, however often we are asked to hurry: a moment later they are down."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def announce(servers: Group) -> None:
    """Print the variables that lead another terminal to the servers."""
    for name, value in servers.environment().items():
        print(f"export {name}='{value}'", flush=True)
    print("Ctrl-C stops the servers.", flush=True)


def port_from_environment() -> int:
    """Return the port of the web server."""
    text = os.environ.get("PORT") or "8000"
    with contextlib.suppress(ValueError):
        if 0 < int(text) < 65_536:
            return int(text)
    raise ServerError(f"PORT is {text!r}; it must be a number between 1 and 65535.")


def refuse_taken_port(port: int, plan: Plan) -> None:
    """Raise if another program uses the port."""
    try:
        address = taken_address(port)
    except PermissionError:
        raise ServerError(f"port {port} may only be used by root: {plan.purpose} PORT=8000") from None
    if address:
        raise ServerError(
            f"port {port} is in use by another program (on {address}). "
            f"Choose another one: {plan.purpose} PORT={port + 1}"
        )


def already_running(mode: str, holder: lock.Holder) -> int:
    """Say who runs the product already; the data browser then needs nothing more than its address."""
    if mode == "studio" and holder.url:
        print(f"The data browser is at {holder.url.replace('://', '://ops.')}/studio/")
        return 0
    place = f" at {holder.url}" if holder.url else ""
    advice = "stop it with Ctrl-C in its terminal" if holder.url else "try again when it has ended"
    print(
        f"error: {holder.purpose} is already running{place} (process {holder.pid}): {advice}.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
