"""The product behind a real server, for clients that speak HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections


@contextmanager
def served() -> Iterator[str]:
    """The product behind a real server on a port of its own."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), _Quiet)
    server.set_app(_closing(get_wsgi_application()))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Thousands of calls would be told one by one."""


def _closing(app: Any) -> Any:
    """The server answers in threads of its own, which would keep their database connections."""

    def closing(environ: Any, start: Any) -> Any:
        answer = app(environ, start)
        body = [b"".join(answer)]
        answer.close()
        connections.close_all()
        return body

    return closing
