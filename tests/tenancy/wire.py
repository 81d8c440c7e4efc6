"""A proxy before PostgreSQL's unix socket that counts what the client sends."""

import socket
import struct
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections


class Wire:
    """The frontend messages of all connections through the proxy, as (type, first 40 bytes of text)."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, str]] = []

    def clear(self) -> None:
        """Forget what was sent so far."""
        self.messages.clear()


@contextmanager
def counted(target: str) -> Iterator[tuple[str, Wire]]:
    """Yield a socket folder to connect to instead of `target`'s, and what is sent through it."""
    wire = Wire()
    with tempfile.TemporaryDirectory(prefix="wire") as folder:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(f"{folder}/.s.PGSQL.5432")
        listener.listen()
        threading.Thread(target=_accept, args=(listener, target, wire), daemon=True).start()
        yield folder, wire
        listener.close()


def _accept(listener: socket.socket, target: str, wire: Wire) -> None:
    while True:
        try:
            client, _address = listener.accept()
        except OSError:
            return
        server = socket.socket(socket.AF_UNIX)
        server.connect(target)
        threading.Thread(target=_forward, args=(client, server, wire), daemon=True).start()
        threading.Thread(target=_forward, args=(server, client, None), daemon=True).start()


def _forward(source: socket.socket, sink: socket.socket, wire: Wire | None) -> None:
    started, buffer = False, b""
    while True:
        try:
            data = source.recv(65536)
            if data:
                sink.sendall(data)
        except OSError:
            data = b""
        if not data:
            for end in (source, sink):
                end.close()
            return
        if wire is None:
            continue
        buffer += data
        while len(buffer) >= 5:
            kind = buffer[:1] if started else b""
            (length,) = struct.unpack_from("!I", buffer, len(kind))
            if len(buffer) < length + len(kind):
                break
            if started:
                wire.messages.append((kind.decode(), buffer[5:45].split(b"\0")[0].decode(errors="replace")))
            # A request for encryption (80877103, 80877104) comes before the real start-up message.
            code = struct.unpack_from("!I", buffer, 4)[0] if not started else 0
            started = started or code not in (80877103, 80877104)
            buffer = buffer[length + len(kind) :]


def socket_of(host: str, port: str) -> str:
    """Return the path of PostgreSQL's socket in the folder `host`."""
    return str(Path(host) / f".s.PGSQL.{port or 5432}")


@contextmanager
def watched() -> Iterator[Wire]:
    """Send the default connection's traffic through the counting proxy."""
    before = connections["default"]
    settings = before.settings_dict
    with counted(socket_of(settings["HOST"], settings["PORT"])) as (folder, wire):
        through = before.copy()
        through.settings_dict = settings | {"HOST": folder, "PORT": "5432"}
        connections["default"] = through
        try:
            through.ensure_connection()
            wire.clear()
            yield wire
        finally:
            through.close()
            connections["default"] = before


def verbs(wire: Wire) -> list[str]:
    """Return the first word of each message."""
    return [text.split(";")[0].split()[0] for _kind, text in wire.messages]
