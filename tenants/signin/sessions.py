"""Sessions: rows in PostgreSQL, read through the exact cache, valid on the one host that opened them.

As SESSION_ENGINE this is Django's database engine. Unlike `cached_db` it never takes a session from the cache that
was ended or changed since, and what lies in the cache is signed: writing to Redis makes nobody somebody else.
"""

import hashlib
from typing import Any

from django.contrib.auth import login, logout
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from kernel.cache.stamps import Key, cached, changing
from tenants.models import User

BACKEND = "tenants.authentication.Backend"
HOST = "host"


class SessionStore(DatabaseSessionStore):
    """Reads a session with one message to Redis, or one query."""

    def load(self) -> dict[str, Any]:
        """Return what the session holds; an ended or unknown one is empty and loses its key."""
        name = _name(str(self.session_key))
        row = cached(("public", "session", name), [_stamp(name)], self._row)
        if row is None or row["expires"] <= timezone.now().timestamp():
            self._session_key = None
            return {}
        data: dict[str, Any] = self.decode(row["data"])
        return data

    def save(self, must_create: bool = False) -> None:
        """Write the row; from then on every process reads the new one."""
        if self.session_key is None:
            self.create()
            return
        with transaction.atomic():
            changing(_stamp(_name(self.session_key)))
            super().save(must_create=must_create)

    def delete(self, session_key: str | None = None) -> None:
        """End the session everywhere."""
        key = session_key or self.session_key
        if key is None:
            return
        with transaction.atomic():
            changing(_stamp(_name(key)))
            self.model.objects.filter(session_key=key).delete()

    def _row(self) -> dict[str, Any] | None:
        found = self.model.objects.filter(session_key=self.session_key, expire_date__gt=timezone.now()).first()
        return {"data": found.session_data, "expires": found.expire_date.timestamp()} if found else None


def open_session(request: HttpRequest, user: User) -> None:
    """Sign `user` in on the request's host with a new session key."""
    login(request, user, backend=BACKEND)
    bind(request)


def bind(request: HttpRequest) -> None:
    """Tie the session to the host it was opened on; on any other host it is nobody's."""
    request.session[HOST] = request.get_host()


def close_session(request: HttpRequest) -> None:
    """Sign out on the request's host."""
    logout(request)


def _name(session_key: str) -> str:
    """What the cache may know of a key: enough to find its session, too little to use it."""
    return hashlib.sha256(session_key.encode()).hexdigest()


def _stamp(name: str) -> Key:
    return ("public", "session-stamp", name)
