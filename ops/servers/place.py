"""Where a profile's servers keep their data and sockets, and which user runs them."""

import contextlib
import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ops.project import data_folder
from ops.servers.errors import ServerError

# Linux allows 108 bytes for a socket's path with its closing zero, other systems 104.
LONGEST_SOCKET_PATH = 103
LONGEST_SOCKET_NAME = len("/.s.PGSQL.5432")

# The profile whose data is meant to stay.
DURABLE = "dev"

# For root: `POINTER` in the project's data folder names the folder outside, `OWNER` in that one points back.
PREFIX = "campaign-builder-"
POINTER = "servers-are-in"
OWNER = "belongs-to"


@dataclass(frozen=True, slots=True)
class Account:
    """The unprivileged user that runs the servers when we are root."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Place:
    """The folders of one set of servers; `account` is None when they run as the present user."""

    base: Path
    home: Path
    sockets: Path
    account: Account | None

    def make_folder(self, path: Path) -> Path:
        """Create the folder, open to the servers' user alone."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)
        return path

    def remove(self) -> None:
        """Delete the data and the sockets of this profile."""
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.rmtree(self.sockets, ignore_errors=True)


def find_place(name: str) -> Place:
    """Return the place of the servers called `name`, such as dev: always the same for one project."""
    account = unprivileged_account()
    base = base_folder(account)
    home = base / name
    return Place(base=base, home=home, sockets=socket_folder(home), account=account)


def prepare(place: Place) -> None:
    """Create the folders of the place and refuse any that belong to somebody else."""
    for folder in (place.base, place.home, place.sockets, place.home / "log"):
        refuse_foreign(folder, place.account)
        place.make_folder(folder)
    if place.account:
        data = data_folder()
        data.mkdir(parents=True, exist_ok=True)
        (data / POINTER).write_text(f"{place.base}\n")
        (place.base / OWNER).write_text(f"{data}\n")
        remove_orphans(place)


def remove_orphans(place: Place) -> None:
    """Remove the folders of projects that are gone, such as old clones; never one with durable data."""
    for owner in place.base.parent.glob(f"{PREFIX}*/{OWNER}"):
        # Another process may be removing the same one.
        with contextlib.suppress(FileNotFoundError):
            gone = not Path(owner.read_text().strip()).exists()
            if gone and not (owner.parent / DURABLE).exists():
                shutil.rmtree(owner.parent, ignore_errors=True)


def unprivileged_account() -> Account | None:
    """Return user nobody when we are root, because PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise ServerError("PostgreSQL refuses to run as root and this machine has no user `nobody`.") from None
    return Account(uid=entry.pw_uid, gid=entry.pw_gid)


def base_folder(account: Account | None) -> Path:
    """Return the folder of all servers of this project.

    For root it stands outside the project: user nobody can't work inside a closed home, and we open no home.
    """
    data = data_folder()
    if account is None:
        return data / "servers"
    open_to_all = Path("/var/tmp")  # noqa: S108  (the folder in it is closed and its owner is checked)
    parent = open_to_all if open_to_all.is_dir() else Path(tempfile.gettempdir())
    return parent / f"{PREFIX}{digest(data)}"


def socket_folder(home: Path) -> Path:
    """Return a folder whose sockets' paths are short enough: inside the home, else a temporary one."""
    inside = home / "run"
    if len(os.fsencode(inside)) + LONGEST_SOCKET_NAME <= LONGEST_SOCKET_PATH:
        return inside
    short = Path(tempfile.gettempdir()) / f"cb-{os.geteuid()}-{digest(home)}"
    if len(os.fsencode(short)) + LONGEST_SOCKET_NAME > LONGEST_SOCKET_PATH:
        raise ServerError(f"The path {short} is too long for a socket: set TMPDIR to a shorter folder.")
    return short


def digest(path: Path) -> str:
    """Return a short name for a path."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def refuse_foreign(folder: Path, account: Account | None) -> None:
    """Raise if the folder exists and is a link, or belongs to anyone but us and the servers' user."""
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return
    owners = {os.geteuid(), account.uid if account else os.geteuid()}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners:
        raise ServerError(f"{folder} belongs to somebody else: remove it, or move the project.")
