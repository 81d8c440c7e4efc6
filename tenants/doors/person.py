"""Who asks: a signed-in person, an operator, or the owner of a token. Costs no query once cached."""

import hmac
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from kernel.errors import DomainError, NotAllowed, Unauthenticated
from kernel.http.problem import API_PREFIX
from kernel.http.refusal import refusal
from kernel.tenancy.context import Actor
from tenants import records
from tenants.access import token_text
from tenants.doors.request import DoorRequest
from tenants.doors.second_factor import refuse_without_second_factor
from tenants.doors.session_use import key_to_note, note_session
from tenants.doors.token_use import is_use_due, note_use


class PersonMiddleware:
    """Set `request.person` and `request.actor` (None where nobody is known).

    A token names its organization, so on the base host it also sets `request.organization`.
    """

    def __init__(self, get_response: Callable[[DoorRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: DoorRequest) -> HttpResponse:
        request.person = None
        request.actor = None
        request.token = None
        try:
            if request.path_info.startswith(API_PREFIX) and "Authorization" in request.headers:
                _by_token(request, request.headers["Authorization"])
            else:
                _by_session(request)
            _refuse_suspended(request)
        except DomainError as error:
            return refusal(request, error)
        is_due, seen = is_use_due(request), key_to_note(request)
        response = self.get_response(request)
        if is_due:
            note_use(request)
        if seen:
            note_session(request, seen)
        return response


def _by_token(request: DoorRequest, header: str) -> None:
    scheme, _space, text = header.partition(" ")
    parsed = token_text.parse(text.strip()) if scheme.lower() == "bearer" else None
    if parsed is None or request.host_kind == "ops":
        raise Unauthenticated(_("The Authorization header holds no valid token."), code="invalid_token")
    tenant = records.tenant_by_id(parsed.organization_id)
    if tenant is None or (request.organization is not None and request.organization.id != tenant.id):
        raise Unauthenticated(_("This token is not valid here."), code="invalid_token")
    token = records.token(tenant, parsed.token_id)
    if token is None or not _opens(token, parsed.secret):
        raise Unauthenticated(_("This token is unknown or was revoked."), code="invalid_token")
    if datetime.fromisoformat(token.expires_at) <= timezone.now():
        raise Unauthenticated(_("This token has expired; make a new one."), code="token_expired")
    if records.account(token.owner_id) is None:
        raise Unauthenticated(_("The account of this token's owner is switched off."), code="invalid_token")
    request.organization = tenant
    request.token = token
    request.actor = Actor(
        kind="token",
        user_id=token.owner_id,
        name=token.owner_name,
        email=token.owner_email,
        role=token.role,
        token_id=token.id,
        scopes=frozenset(token.scopes),
        proof=token_text.digest(parsed.secret),
    )


def _opens(token: records.Token, secret: str) -> bool:
    if token_text.matches(secret, token.secret_hash):
        return True
    is_former = token_text.matches(secret, token.former_hash)
    return is_former and datetime.fromisoformat(token.former_until) > timezone.now()


def _by_session(request: DoorRequest) -> None:
    user_id = request.session.get(SESSION_KEY)
    if user_id is None or request.session.get("host") != request.get_host():
        return
    person = _known(request, UUID(user_id))
    if person is None:
        return
    if not hmac.compare_digest(person.session_hash, request.session.get(HASH_SESSION_KEY, "")):
        # The password changed since: this session is over.
        for key in (SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY):
            request.session.pop(key, None)
        return
    if refuse_without_second_factor(request):
        return
    request.person = person
    request.actor = Actor(
        kind="operator" if request.host_kind == "ops" else "person",
        user_id=person.user_id,
        name=person.name,
        email=person.email,
        role=person.role,
    )


def _known(request: DoorRequest, user_id: UUID) -> records.Person | None:
    if request.organization is not None:
        return records.member(request.organization, user_id)
    if request.host_kind == "ops":
        return records.operator(user_id)
    return records.account(user_id)


def _refuse_suspended(request: DoorRequest) -> None:
    if request.organization is not None and request.organization.status == "suspended":
        raise NotAllowed(
            _("%(name)s is suspended. Ask the people who run the platform.") % {"name": request.organization.name},
            code="organization_suspended",
        )
