"""Where the person is signed in, and how to end it from here."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from console.guards import account_page, actor_of
from kernel.errors import Conflict, NotFound
from kernel.tenancy.scope import public_scope
from tenants.commands import sessions as commands
from tenants.doors.request import DoorRequest
from tenants.queries.sessions import sessions_of


@account_page
@never_cache
@require_safe
def page(request: DoorRequest) -> HttpResponse:
    """Every session that still opens something."""
    person = request.person
    found = sessions_of(person, this=str(request.session.session_key)) if person else []
    context = {"sessions": found, "others": sum(not session.is_this for session in found)}
    return render(request, "console/account/sessions.html", context)


@account_page
@never_cache
@require_POST
def revoke(request: DoorRequest, session_id: UUID) -> HttpResponse:
    """End one session, with the sign-in it comes from."""
    actor = actor_of(request)
    try:
        with public_scope(actor=actor, source="console", request_id=request.request_id):
            ended = commands.end_session(actor=actor, session_id=session_id, this=str(request.session.session_key))
    except (Conflict, NotFound) as error:
        messages.warning(request, error.detail)
    else:
        messages.success(request, _("The session at %(host)s is ended.") % {"host": ended.host})
    return redirect("public:account-sessions")


@account_page
@never_cache
@require_POST
def revoke_others(request: DoorRequest) -> HttpResponse:
    """End every session but this one."""
    actor = actor_of(request)
    with public_scope(actor=actor, source="console", request_id=request.request_id):
        count = commands.end_other_sessions(actor=actor, keep=str(request.session.session_key))
    words = ngettext("%(count)d session is ended.", "%(count)d sessions are ended.", count)
    messages.success(request, words % {"count": count})
    return redirect("public:account-sessions")
