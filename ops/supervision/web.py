"""The web server's port: is it free, does it answer."""

import errno
import http.client
import socket
import ssl


def taken_address(port: int) -> str | None:
    """Return the loopback address on which another program uses the port, or None if it is free.

    Both families count: browsers try ::1 first for names such as acme.localhost.
    """
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((address, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return address
            if family == socket.AF_INET:
                raise
    return None


def is_alive(port: int, *, scheme: str, host: str) -> bool:
    """Tell whether the web server answers its liveness address."""
    if scheme == "https":
        # Our own certificate, on our own loopback address.
        trusting = ssl._create_unverified_context()  # noqa: S323
        connection: http.client.HTTPConnection
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=5, context=trusting)
    else:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/livez", headers={"Host": f"{host}:{port}"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
