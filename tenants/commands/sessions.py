"""Ending sessions from afar; a session that was ended opens nothing from the next request on."""

from uuid import UUID

from django.utils.translation import gettext as _

from kernel.errors import Conflict, NotFound
from kernel.recorder.events import event
from kernel.tenancy.context import Actor
from tenants.actors import user_id_of
from tenants.models import SessionRecord, User
from tenants.signin.sessions import SessionStore

ENDED = "person.session_ended"
OTHERS_ENDED = "person.other_sessions_ended"


def end_session(*, actor: Actor, session_id: UUID, this: str) -> SessionRecord:
    """End one session of the person, with the sign-in it comes from and all that were opened by that.

    Otherwise its browser would be handed over anew with the next click. Where it comes from the sign-in of the session
    that asks (`this`), it ends alone; `this` itself is left by signing out.
    """
    _lock(actor)
    found = SessionRecord.objects.select_for_update().filter(pk=session_id, user_id=user_id_of(actor)).first()
    if found is None:
        raise NotFound(_("This session has ended already."))
    if found.session_key == this:
        raise Conflict(_("This is the session you are using; sign out instead."), code="session_in_use")
    family = SessionRecord.objects.filter(user_id=found.user_id, family=found.family, family__isnull=False)
    keys = set(family.values_list("session_key", flat=True))
    for key in {found.session_key} if this in keys else keys | {found.session_key}:
        SessionStore().delete(key)
    event(ENDED, label=actor.name or actor.email, data={"host": found.host})
    return found


def end_other_sessions(*, actor: Actor, keep: str) -> int:
    """End all sessions of the person but the one with the key `keep`; return how many there were.

    Codes that lead from one of them to another host open nothing any more.
    """
    _lock(actor)
    rows = SessionRecord.objects.select_for_update().filter(user_id=user_id_of(actor)).exclude(session_key=keep)
    keys = list(rows.order_by("pk").values_list("session_key", flat=True))
    for key in keys:
        SessionStore().delete(key)
    if keys:
        event(OTHERS_ENDED, label=actor.name or actor.email, data={"count": len(keys)})
    return len(keys)


def _lock(actor: Actor) -> None:
    """Whoever opens a session by a code has this lock as well, so none is opened unseen while others end."""
    list(User.objects.select_for_update(no_key=True).filter(pk=user_id_of(actor)).values_list("pk"))
