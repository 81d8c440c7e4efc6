"""Sessions: rows in PostgreSQL, read through the exact cache, valid on the one host that opened them.

As SESSION_ENGINE this is Django's database engine. Unlike `cached_db` it never takes a session from the cache that
was ended or changed since, and what lies in the cache is signed: writing to Redis makes nobody somebody else.
"""

import hashlib
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, login, logout
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from kernel.cache.stamps import Key, cached, changing
from kernel.ids import uuid7
from tenants.addresses import asked_host
from tenants.models import SessionRecord, User

BACKEND = "tenants.authentication.Backend"
HOST = "host"
MFA = "mfa"
"""Under this name a session says which second factor was used in it; empty or missing for none."""
SIGNED_IN_AT = "signed_in_at"
FAMILY = "family"
"""Which sign-in a session comes from: the same on every host that was opened from it, and under every key."""
RECENT_SECONDS = 15 * 60
PRUNED_AT_ONCE = 200


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
            SessionRecord.objects.filter(session_key=key).delete()

    def _row(self) -> dict[str, Any] | None:
        found = self.model.objects.filter(session_key=self.session_key, expire_date__gt=timezone.now()).first()
        return {"data": found.session_data, "expires": found.expire_date.timestamp()} if found else None


def open_session(request: HttpRequest, user: User, second_factor: str = "", family: UUID | None = None) -> None:
    """Sign `user` in on the request's host with a new session key."""
    login(request, user, backend=BACKEND)
    bind(request, second_factor, family)


def bind(request: HttpRequest, second_factor: str = "", family: UUID | None = None) -> None:
    """Tie the session to the host it was opened on; on any other host it is nobody's. No `family` starts one."""
    request.session[HOST] = request.get_host()
    request.session[FAMILY] = str(family or uuid7())
    request.session[MFA] = second_factor
    request.session[SIGNED_IN_AT] = int(time.time())
    prune_sessions()
    record(request)


def step_up(request: HttpRequest, second_factor: str) -> None:
    """Note that a second factor was just used in the open session, which gets a new key with it."""
    request.session.cycle_key()
    request.session[MFA] = second_factor
    record(request)


def family_of(request: HttpRequest) -> UUID:
    """Return the family of the open session, which starts one where it was opened before there were any."""
    if not request.session.get(FAMILY):
        request.session[FAMILY] = str(uuid7())
        record(request)
    return UUID(request.session[FAMILY])


def signed_in_recently(request: HttpRequest) -> bool:
    """Whether this session was opened by signing in less than a quarter of an hour ago."""
    return time.time() - float(request.session.get(SIGNED_IN_AT, 0)) < RECENT_SECONDS


def record(request: HttpRequest) -> None:
    """Let the person see the request's session among theirs; a known one was seen now."""
    now = timezone.now()
    row = SessionRecord(
        session_key=str(request.session.session_key),
        user_id=request.session[SESSION_KEY],
        host=asked_host(request),
        family=request.session.get(FAMILY),
        address=get_adapter().get_client_ip(request)[:45],
        user_agent="".join(c for c in request.headers.get("User-Agent", "")[:300] if c.isprintable()),
        started_at=now,
        seen_at=now,
    )
    SessionRecord.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["session_key"],
        update_fields=["seen_at", "address", "user_agent", "family"],
    )


def prune_sessions() -> int:
    """Remove some sessions that have ended by time, with their records; return how many rows there were.

    Runs with every sign-in, so it takes few at once and waits for nobody.
    """
    now = timezone.now()
    with transaction.atomic():
        ended = Session.objects.select_for_update(skip_locked=True).filter(expire_date__lte=now)
        keys = list(ended.values_list("session_key", flat=True)[:PRUNED_AT_ONCE])
        # A session is seen within minutes of its last change, so a record this old has none any more.
        forgotten = now - timedelta(seconds=settings.SESSION_COOKIE_AGE) - timedelta(days=1)
        old = SessionRecord.objects.select_for_update(skip_locked=True).filter(seen_at__lt=forgotten)
        records = list(old.values_list("pk", flat=True)[:PRUNED_AT_ONCE])
        removed = Session.objects.filter(session_key__in=keys).delete()[0]
        removed += SessionRecord.objects.filter(session_key__in=keys).delete()[0]
        return removed + SessionRecord.objects.filter(pk__in=records).delete()[0]


def keep_session(request: HttpRequest, user: User) -> None:
    """Let the request's session, under a new key, outlive the change of its person's password."""
    request.session.cycle_key()
    request.session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    record(request)


def close_session(request: HttpRequest) -> None:
    """Sign out on the request's host."""
    logout(request)


def _name(session_key: str) -> str:
    """What the cache may know of a key: enough to find its session, too little to use it."""
    return hashlib.sha256(session_key.encode()).hexdigest()


def _stamp(name: str) -> Key:
    return ("public", "session-stamp", name)
