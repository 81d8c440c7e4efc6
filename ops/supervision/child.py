"""A child process in a group of its own, which ends with everything it has started."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ops.project import ROOT, data_folder
from ops.servers.place import digest
from ops.servers.process import dies_with_parent
from ops.supervision.output import Output
from ops.supervision.plan import Service, Step

# In the environment of every child, so that survivors of a killed supervisor are recognized.
MARK = "CAMPAIGN_BUILDER_RUN"

PATIENCE = 8.0
LONGEST_PAUSE = 30.0
STABLE_AFTER = 60.0


@dataclass(slots=True)
class Child:
    """The process of a step or a service, started again with growing pauses when it crashes."""

    what: Step | Service
    environ: Mapping[str, str]
    output: Output
    label: str
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    crashes: int = field(default=0)
    again_at: float | None = None

    def start(self) -> None:
        """Start the process; its output is printed by whoever pumps."""
        self.process = subprocess.Popen(
            self.what.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env={**self.environ, MARK: mark()},
            start_new_session=True,
            preexec_fn=dies_with_parent(signal.SIGTERM),
        )
        self.started = time.monotonic()
        self.again_at = None
        assert self.process.stdout
        self.output.follow(self.process.stdout, self.label)

    def exit_code(self) -> int | None:
        """Return the exit code once the process has ended; its last words are printed by then."""
        if self.process is None or self.process.poll() is None:
            return None
        code = self.process.returncode
        self.forget()
        return code

    def forget(self) -> None:
        """Let go of an ended process and end what is left of its group."""
        assert self.process
        assert self.process.stdout
        self.signal(signal.SIGKILL)
        self.output.finish(self.process.stdout, self.label)
        self.process = None

    def plan_restart(self, code: int) -> None:
        """After a crash, say so and choose when to start again."""
        if time.monotonic() - self.started > STABLE_AFTER:
            self.crashes = 0
        self.crashes += 1
        pause = min(LONGEST_PAUSE, 2.0 ** (self.crashes - 1))
        self.again_at = time.monotonic() + pause
        reason = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        self.output.say(self.label, f"{reason}; starting it again in {pause:.0f} s")

    def signal(self, number: signal.Signals) -> None:
        """Signal the whole group of the process."""
        if self.process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)


def stop_children(children: Iterable[Child], output: Output, *, patience: float = PATIENCE) -> None:
    """End all children together: ask, wait, then kill; what they say meanwhile is printed.

    A second Ctrl-C or TERM while this waits ends the waiting.
    """
    living = [child for child in children if child.process]
    deadline = time.monotonic() + patience
    try:
        for child in living:
            child.signal(signal.SIGTERM)
        while living and time.monotonic() < deadline:
            output.pump(0.05)
            living = [child for child in living if child.exit_code() is None]
    finally:
        for child in living:
            if child.process:
                output.say(child.label, "did not stop in time; killing it")
                child.signal(signal.SIGKILL)
                child.process.wait()
                child.forget()


def mark() -> str:
    """Return the value by which this project's children are recognized."""
    return digest(data_folder())


def kill_survivors() -> int:
    """Kill processes of an earlier or the present run that outlived it; return how many there were."""
    survivors = list(marked_processes())
    for pid in survivors:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline and any(marked_processes()):
        time.sleep(0.05)
    for pid in marked_processes():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return len(survivors)


def marked_processes() -> Iterator[int]:
    """Yield the processes that carry our mark; only systems with /proc can tell."""
    wanted = f"{MARK}={mark()}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if wanted in (folder / "environ").read_bytes().split(b"\0") and int(folder.name) != os.getpid():
                yield int(folder.name)
