"""An invitation's link: from the mail to the organization's home."""

import re

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from console.guards import anybody
from console.public.account_forms import AccountForm
from console.public.limits import too_many, within
from console.public.links import mailed_link
from kernel.errors import DomainError, Invalid, NotFound, Unauthenticated
from tenants import records
from tenants.addresses import origin
from tenants.commands.accepting import accept
from tenants.doors.request import DoorRequest
from tenants.models import Invitation
from tenants.queries.invitations import invitation_by_token, role_name, state_of
from tenants.queries.people import person_by_email
from tenants.signin.sessions import open_session

COOKIE = "__Host-invitation"
COOKIE_SECONDS = 3600
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
OPENED = "open"
"""Stands in the address where the token was, so that the token stays out of logs, history and referrers."""


@anybody
@never_cache
@mailed_link
def take_token(request: DoorRequest, token: str) -> HttpResponse:
    """Move the token from the address into a cookie. Looks nothing up, so a link scanner changes nothing."""
    response = redirect("public:invitation", OPENED)
    kept = token if TOKEN.fullmatch(token) else "unknown"
    response.set_cookie(COOKIE, kept, max_age=COOKIE_SECONDS, secure=True, httponly=True, samesite="Lax")
    response["Referrer-Policy"] = "no-referrer"
    return response


@anybody
@never_cache
@sensitive_post_parameters("password", "password_again")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: DoorRequest) -> HttpResponse:
    """Show the invitation that the cookie's token opens, and accept it."""
    # The site's referrer policy stays: under no-referrer browsers post forms with "Origin: null".
    token = request.COOKIES.get(COOKIE, "")
    found = invitation_by_token(token)
    state = state_of(found) if found else "unknown"
    if found is None or state != "open":
        return _gone(request, state)
    account = person_by_email(found.email)
    if account is not None and (request.person is None or request.person.user_id != account.pk):
        return redirect(f"{reverse('public:sign-in')}?next={reverse('public:invitation', args=[OPENED])}")
    form = AccountForm(request.POST if request.method == "POST" else None, initial={"name": found.name})
    if account is not None or request.person is not None:
        form.fields.clear()
    if request.method != "POST":
        return _page(request, found, form)
    if not within(request, "accept_invitation"):
        return too_many(request)
    return _accept(request, found, form, token)


def _accept(request: DoorRequest, found: Invitation, form: AccountForm, token: str) -> HttpResponse:
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        accepted = accept(
            actor=request.actor,
            token=token,
            name=form.cleaned_data.get("name", ""),
            password=form.cleaned_data.get("password", ""),
            request_id=request.request_id,
        )
    except Invalid as error:
        for wrong in error.errors:
            form.add_error(wrong.pointer if wrong.pointer in form.fields else None, wrong.message)
        return _page(request, found, form, status=422)
    except NotFound as error:
        return _gone(request, str(error.extra.get("state", "unknown")))
    except Unauthenticated:
        return redirect("public:invitation", OPENED)
    except DomainError as error:
        form.add_error(None, error.detail)
        return _page(request, found, form, status=error.status)
    if accepted.created:
        open_session(request, accepted.user)
    response = redirect(origin(accepted.organization.domain) + "/")
    response.delete_cookie(COOKIE, samesite="Lax")
    return response


def _page(request: DoorRequest, found: Invitation, form: AccountForm, status: int = 200) -> HttpResponse:
    organization = records.tenant_by_id(found.organization_id)
    if organization is None:
        return _gone(request, "unknown")
    facts = {
        "organization_name": organization.name,
        "email": found.email,
        "role_name": role_name(organization, found.role),
        "invited_by": found.invited_by or organization.name,
        "expires_at": found.expires_at,
    }
    person = request.person
    other = person.email if person is not None and person.email.lower() != found.email.lower() else ""
    context = {"token": OPENED, "invitation": facts, "form": form, "joins_as": other}
    return render(request, "console/auth/invitation.html", context, status=status)


def _gone(request: DoorRequest, state: str) -> HttpResponse:
    response = render(request, "console/auth/invitation_gone.html", {"reason": state}, status=410)
    response.delete_cookie(COOKIE, samesite="Lax")
    return response
