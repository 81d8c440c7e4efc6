"""Start a server as a child that never outlives us, and end it in rising steps."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypedDict

from ops.servers.errors import ServerError
from ops.servers.place import Account

Escalation = Sequence[tuple[signal.Signals, float]]

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def dies_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """Return what a child must run before its program so that the kernel signals it when we die."""
    if LIBC is None:
        return None
    prctl = LIBC.prctl
    return lambda: prctl(PR_SET_PDEATHSIG, int(number))


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    account: Account | None,
    if_we_die: signal.Signals,
) -> subprocess.Popen[bytes]:
    """Start a server with its output appended to `log`; it gets no terminal and none of our environment."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=log.parent,
            env=plain_environment(),
            start_new_session=True,
            umask=0o077,
            preexec_fn=dies_with_parent(if_we_die),
            **as_account(account),
        )


def plain_environment() -> dict[str, str]:
    """Return an environment in which no PG* variable or locale of the caller changes a server."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


class AsAccount(TypedDict, total=False):
    """The arguments of subprocess that choose a child's user."""

    user: int
    group: int
    extra_groups: list[int]


def as_account(account: Account | None) -> AsAccount:
    """Return the arguments of subprocess that make a child run as the account."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def end(process: subprocess.Popen[bytes], steps: Escalation) -> None:
    """Signal the process and wait, one step after the other, until it is gone."""
    for number, patience in steps:
        if process.poll() is not None:
            return
        process.send_signal(number)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
    if process.poll() is None:
        raise ServerError(f"Process {process.pid} does not end, even when killed.")


def end_leftover(pid: int | None, mark: str, steps: Escalation) -> None:
    """End a server that a killed run left behind; `mark` in its command line proves that it is ours."""
    for number, patience in steps:
        if pid is None or mark not in command_line(pid):
            return
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and mark in command_line(pid):
            time.sleep(0.02)
    if pid is not None and mark in command_line(pid):
        raise ServerError(f"Process {pid} of an earlier run does not end, even when killed.")


def command_line(pid: int) -> str:
    """Return the command line of a living process, else an empty string."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        if Path("/proc/self").exists():
            return ""
    listed = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True)
    return listed.stdout.strip()


def log_tail(log: Path, lines: int = 15) -> str:
    """Return the last lines of a log, indented, for an error message."""
    try:
        with log.open("rb") as stream:
            stream.seek(max(0, log.stat().st_size - 16_384))
            text = stream.read().decode(errors="replace")
    except FileNotFoundError:
        return "  (no log)"
    return "\n".join(f"  {line}" for line in text.splitlines()[-lines:])
