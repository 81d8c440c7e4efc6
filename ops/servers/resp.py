"""A few words of Redis' protocol, enough to ask a server about itself and to empty it."""

import io
import socket
import ssl
from urllib.parse import parse_qs, unquote, urlsplit

from ops.servers.errors import ServerError


def ask(url: str, *words: str) -> str | list[str]:
    """Send one command to the database that the URL names; return its answer."""
    parts = urlsplit(url)
    database = parse_qs(parts.query).get("db", [parts.path.strip("/") if parts.scheme != "unix" else ""])[0] or "0"
    try:
        with connect(url) as connection, connection.makefile("rwb") as stream:
            commands = [["SELECT", database], list(words)]
            if parts.password:
                user = [unquote(parts.username)] if parts.username else []
                commands.insert(0, ["AUTH", *user, unquote(parts.password)])
            for command in commands:
                encoded = [word.encode() for word in command]
                stream.write(b"*%d\r\n" % len(encoded))
                stream.writelines(b"$%d\r\n%b\r\n" % (len(word), word) for word in encoded)
            stream.flush()
            answers = [read(stream) for _command in commands]
    except OSError as error:
        raise ServerError(f"no answer from {hidden(url)}: {error}") from error
    return answers[-1]


def connect(url: str) -> socket.socket:
    """Open the connection that the URL names: unix, redis or rediss."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(5)
        connection.connect(unquote(parts.path))
        return connection
    connection = socket.create_connection((parts.hostname or "localhost", parts.port or 6379), timeout=5)
    if parts.scheme == "rediss":
        return ssl.create_default_context().wrap_socket(connection, server_hostname=parts.hostname)
    return connection


def read(stream: io.BufferedRWPair) -> str | list[str]:
    """Read one answer."""
    line = stream.readline()
    kind, rest = line[:1], line[1:].strip().decode()
    if kind in (b"+", b":"):
        return rest
    if kind == b"$":
        content = stream.read(int(rest) + 2) if int(rest) >= 0 else b"\r\n"
        return content[:-2].decode(errors="replace")
    if kind == b"*":
        return [str(read(stream)) for _number in range(int(rest))]
    raise ServerError(f"Redis answered {line.decode(errors='replace').strip() or 'nothing'}")


def hidden(url: str) -> str:
    """Return the URL without its password."""
    password = urlsplit(url).password
    return url.replace(f":{password}@", ":***@") if password else url
