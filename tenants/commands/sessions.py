"""Ending sessions from afar; a session that was ended opens nothing from the next request on."""

from uuid import UUID

from django.utils.translation import gettext as _

from kernel.errors import Conflict, NotFound
from kernel.recorder.events import event
from kernel.tenancy.context import Actor
from tenants.actors import user_id_of
from tenants.models import SessionRecord
from tenants.signin.sessions import SessionStore

ENDED = "person.session_ended"
OTHERS_ENDED = "person.other_sessions_ended"


def end_session(*, actor: Actor, session_id: UUID, this: str) -> SessionRecord:
    """End one session of the person, on whatever host. The one that asks (`this`) is left by signing out."""
    found = SessionRecord.objects.select_for_update().filter(pk=session_id, user_id=user_id_of(actor)).first()
    if found is None:
        raise NotFound(_("This session has ended already."))
    if found.session_key == this:
        raise Conflict(_("This is the session you are using; sign out instead."), code="session_in_use")
    SessionStore().delete(found.session_key)
    event(ENDED, label=actor.name or actor.email, data={"host": found.host})
    return found


def end_other_sessions(*, actor: Actor, keep: str) -> int:
    """End all sessions of the person but the one with the key `keep`; return how many there were."""
    rows = SessionRecord.objects.select_for_update().filter(user_id=user_id_of(actor)).exclude(session_key=keep)
    keys = list(rows.order_by("pk").values_list("session_key", flat=True))
    for key in keys:
        SessionStore().delete(key)
    if keys:
        event(OTHERS_ENDED, label=actor.name or actor.email, data={"count": len(keys)})
    return len(keys)
