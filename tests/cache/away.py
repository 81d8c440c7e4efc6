"""Addresses where no Redis answers, or only with errors."""

import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

from redis import Redis


def dead_redis_url() -> str:
    """Return the URL of a port that was free a moment ago and refuses connections."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"redis://127.0.0.1:{probe.getsockname()[1]}/0"


@contextmanager
def limited_user(url: str, rights: str) -> Iterator[str]:
    """Give the URL of the Redis at `url` as a user who lacks some rights, written as its ACL command takes them."""
    name, server = f"limited-{secrets.token_hex(4)}", Redis.from_url(url)
    order = ("ACL SETUSER", name, "on", ">word", "~*", "+@all", rights, "+auth", "+select", "+hello")
    server.execute_command(*order)  # type: ignore[no-untyped-call]
    parts = urlsplit(url)
    try:
        yield urlunsplit(parts._replace(netloc=f"{name}:word@{parts.netloc}"))
    finally:
        server.execute_command("ACL DELUSER", name)  # type: ignore[no-untyped-call]
