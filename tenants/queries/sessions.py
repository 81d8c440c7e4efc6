"""Where a person is signed in."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants import records
from tenants.addresses import OPERATOR_HOST
from tenants.models import SessionRecord
from tenants.queries.people import organization_at
from tenants.signin.sessions import MFA, SessionStore
from tenants.signin.user_agents import Device, device_of

SHOWN = 200


@dataclass(frozen=True, slots=True)
class LiveSession:
    """One session as its person sees it; `place` names what it is open for."""

    id: UUID
    host: str
    place: str
    device: Device
    address: str
    started_at: datetime
    seen_at: datetime
    has_second_factor: bool
    is_this: bool


def sessions_of(person: records.Person, *, this: str) -> list[LiveSession]:
    """Return the person's sessions that still open something, `this` (a session key) first, then the last seen.

    Two queries, and the cached records of the organizations.
    """
    rows = list(SessionRecord.objects.filter(user_id=person.user_id)[:SHOWN])
    living = Session.objects.filter(
        session_key__in=[row.session_key for row in rows], expire_date__gt=timezone.now()
    ).in_bulk()
    found = []
    for row in rows:
        if row.session_key not in living:
            continue
        data = SessionStore().decode(living[row.session_key].session_data)
        if data.get(SESSION_KEY) != str(person.user_id):
            continue
        if not hmac.compare_digest(person.session_hash, data.get(HASH_SESSION_KEY, "")):
            continue
        found.append(_live(row, bool(data.get(MFA)), row.session_key == this))
    return sorted(found, key=lambda session: not session.is_this)


def _live(row: SessionRecord, has_second_factor: bool, is_this: bool) -> LiveSession:
    return LiveSession(
        id=row.pk,
        host=row.host,
        place=_place(row.host),
        device=device_of(row.user_agent),
        address=row.address,
        started_at=row.started_at,
        seen_at=row.seen_at,
        has_second_factor=has_second_factor,
        is_this=is_this,
    )


def _place(host: str) -> str:
    if host == OPERATOR_HOST:
        return _("Operator console")
    tenant = organization_at(host) if host != settings.BASE_DOMAIN else None
    return tenant.name if tenant else _("Sign-in and account")
