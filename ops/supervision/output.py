"""One terminal for many processes: every line says whose it is."""

import os
import selectors
import sys
from typing import IO

COLORS = {
    "servers": 36,
    "web": 32,
    "dispatcher": 33,
    "worker": 35,
    "provision": 35,
    "migrate": 34,
    "static": 34,
    "seed": 34,
}
WIDTH = 10


class Output:
    """Reads the pipes of the children and prints whole lines with the child's name in front."""

    def __init__(self, stream: IO[str] | None = None) -> None:
        self.stream = stream or sys.stdout
        self.colored = self.stream.isatty() and not os.environ.get("NO_COLOR")
        self.selector = selectors.DefaultSelector()
        self.rests: dict[int, bytes] = {}

    def say(self, name: str, text: str) -> None:
        """Print a line under a name; an empty name prints it bare."""
        label = f"{name:<{WIDTH}} " if name else ""
        if label and self.colored:
            label = f"\033[{COLORS.get(name, 37)}m{label}\033[0m"
        try:
            self.stream.write(f"{label}{text}\n")
            self.stream.flush()
        except BrokenPipeError:
            # Whoever read our output is gone. Stopping cleanly matters more than telling.
            self.stream = open(os.devnull, "w")  # noqa: SIM115

    def follow(self, pipe: IO[bytes], name: str) -> None:
        """Print what comes out of the pipe from now on."""
        os.set_blocking(pipe.fileno(), False)
        self.selector.register(pipe, selectors.EVENT_READ, name)
        self.rests[pipe.fileno()] = b""

    def pump(self, patience: float) -> None:
        """Print what is there; wait at most `patience` seconds for it."""
        for key, _events in self.selector.select(patience):
            pipe = key.fileobj
            assert not isinstance(pipe, int)
            self.read(pipe.fileno(), key.data)

    def read(self, number: int, name: str) -> bool:
        """Print the whole lines that wait in the pipe; return False at its end."""
        try:
            chunk = os.read(number, 65_536)
        except BlockingIOError:
            return False
        if not chunk:
            self.selector.unregister(number)
            return False
        *lines, self.rests[number] = (self.rests[number] + chunk).split(b"\n")
        for line in lines:
            self.say(name, line.decode(errors="replace"))
        return True

    def finish(self, pipe: IO[bytes], name: str) -> None:
        """Print the last words of an ended child; a grandchild that keeps the pipe open is not waited for."""
        number = pipe.fileno()
        if number in self.selector.get_map():
            while self.read(number, name):
                pass
        if number in self.selector.get_map():
            self.selector.unregister(number)
        rest = self.rests.pop(number)
        if rest:
            self.say(name, rest.decode(errors="replace"))
        pipe.close()
