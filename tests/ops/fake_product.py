"""Stands in for the product under the real supervisor: `python fake_product.py ROLE`, or no role to supervise."""

import http.server
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from unittest.mock import patch

SELF = str(Path(__file__).resolve())


def web() -> None:
    """Answer /livez."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/livez" else 404)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Stay quiet."""

    http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Answer).serve_forever()


def stubborn() -> None:
    """Ignore TERM, and start a grandchild in a group of its own that ignores it too."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    subprocess.Popen([sys.executable, SELF, "grandchild"], start_new_session=True)
    print("stubborn is up", flush=True)
    time.sleep(600)


def grandchild() -> None:
    """Ignore TERM."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)


def crashing() -> None:
    """Crash at the first start, then keep running."""
    marker = Path(os.environ["DATA_FOLDER"]) / "crashed"
    if not marker.exists():
        marker.touch()
        sys.exit(3)
    print("crashing is up again", flush=True)
    time.sleep(600)


def broken() -> None:
    """Fail at once."""
    print("no such module", flush=True)
    sys.exit(5)


def welcome() -> None:
    """Be the last step of the demo."""
    print(f"ready with {os.environ['REDIS_QUEUE_URL'].split(':')[0]}", flush=True)


def supervise() -> int:
    """Run the supervisor with a plan made of the roles above; ROLES names the services."""
    from ops import supervisor
    from ops.supervision import child
    from ops.supervision.plan import Plan, Service, Step

    def plan_for(mode: str, *, port: int, base_domain: str) -> Plan:
        roles = os.environ["ROLES"].split()
        services = [Service("web", [sys.executable, SELF, roles[0]])]
        services += [Service(role, [sys.executable, SELF, role]) for role in roles[1:]]
        after = [Step("demo", [sys.executable, SELF, "welcome"], plain=True)]
        return Plan("make demo", services=services, after=after, static_files=False)

    impatient = partial(child.stop_children, patience=1.0)
    with patch("ops.supervisor.plan_for", plan_for), patch("ops.supervision.loop.stop_children", impatient):
        return supervisor.main(["demo"])


if __name__ == "__main__":
    roles = [web, stubborn, grandchild, crashing, broken, welcome]
    chosen = {role.__name__: role for role in roles}.get(sys.argv[1] if sys.argv[1:] else "")
    sys.exit(chosen() if chosen else supervise())
