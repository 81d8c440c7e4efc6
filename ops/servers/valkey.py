"""One Valkey server on a private socket."""

import contextlib
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from ops.servers.errors import ServerError
from ops.servers.place import Place
from ops.servers.process import end, end_leftover, log_tail, spawn
from ops.servers.software import Software

# The cache may forget anything that can be computed again; the queue forgets nothing.
PURPOSES = {
    "cache": ["--maxmemory", "256mb", "--maxmemory-policy", "volatile-lru", "--appendonly", "no"],
    "queue": ["--maxmemory-policy", "noeviction", "--appendonly", "yes", "--appendfsync", "everysec"],
}
STOP = ((signal.SIGTERM, 5.0), (signal.SIGKILL, 3.0))


@dataclass(slots=True)
class Valkey:
    """The Valkey server of one purpose, cache or queue."""

    place: Place
    software: Software
    purpose: str
    durable: bool = True
    patience: float = 30.0
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def socket_path(self) -> Path:
        """The socket on which it answers."""
        return self.place.sockets / f"{self.purpose}.sock"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.place.home / "log" / f"{self.purpose}.log"

    @property
    def url(self) -> str:
        """The URL under which it is reached."""
        return f"unix://{self.socket_path}?db=0"

    def start(self) -> None:
        """Start the server and wait until it answers; a leftover of a killed run is ended first."""
        data = self.place.make_folder(self.place.home / self.purpose)
        pid_file = data / "valkey.pid"
        with contextlib.suppress(OSError, ValueError):
            end_leftover(int(pid_file.read_text()), str(self.socket_path), STOP)
        self.log.write_bytes(b"")
        command = [str(self.software.valkey), "--port", "0", "--unixsocket", str(self.socket_path)]
        command += ["--unixsocketperm", "700", "--dir", str(data), "--pidfile", str(pid_file), "--save", ""]
        # The title would hide the command line by which a leftover is recognized.
        command += ["--set-proc-title", "no", *PURPOSES[self.purpose]]
        if not self.durable:
            command += ["--appendonly", "no"]
        self.process = spawn(command, log=self.log, account=self.place.account, if_we_die=signal.SIGTERM)
        deadline = time.monotonic() + self.patience
        while not answers(self.socket_path):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise ServerError(f"Valkey did not start; the end of {self.log}:\n{log_tail(self.log)}")
            time.sleep(0.02)

    def restart(self) -> None:
        """Start the server again."""
        self.start()

    def stop(self) -> None:
        """Stop the server; what the queue holds is on disk then."""
        if self.process is not None:
            end(self.process, STOP)
            self.process = None


def answers(path: Path) -> bool:
    """Tell whether a server that has finished loading answers on the socket."""
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(2)
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16) == b"+PONG\r\n"
    except OSError:
        return False
