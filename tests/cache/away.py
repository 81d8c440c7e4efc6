"""Addresses where no Redis answers."""

import socket


def dead_redis_url() -> str:
    """Return the URL of a port that was free a moment ago and refuses connections."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"redis://127.0.0.1:{probe.getsockname()[1]}/0"
