"""API tokens: what programs may do in a person's name."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console.forms import explain
from console.guards import actor_of, member_page
from console.org.token_forms import RotationForm, TokenForm
from console.parameters import pages
from kernel.errors import Conflict, Invalid
from tenants.access.models import ServiceToken
from tenants.access.tokens import (
    create_token,
    may_rotate,
    revoke_token,
    rotate_token,
    scopes_to_give,
    state_of,
    token_detail,
    token_page,
)
from tenants.addresses import base_url

DOCS = "/api/v1/docs"
SHOWN = 3


@member_page("token:create")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The tokens the person may manage, newest first."""
    return _list(request)


@member_page("token:create")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a token; the answer shows its secret, this once."""
    scopes = scopes_to_give(actor=actor_of(request))
    form = TokenForm(request.POST if request.method == "POST" else None, scopes=scopes)
    if form.is_bound and form.is_valid():
        try:
            token, secret = create_token(
                actor=actor_of(request),
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                expires_at=_in(form.cleaned_data["days"]),
            )
            return _secret(request, token, secret)
        except Invalid as error:
            explain(form, error)
    return _kept_nowhere(
        render(request, "console/org/token_new.html", {"form": form}, status=422 if form.errors else 200)
    )


@member_page("token:create")
@require_POST
def rotate(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """Give a token a new secret, which the answer shows this once."""
    token_detail(actor=actor_of(request), token_id=token_id)  # what may not be seen is not there, whatever was sent
    form = RotationForm(request.POST)
    if not form.is_valid():
        return _list(request, form, 422)
    days = form.cleaned_data["days"]
    try:
        token, secret = rotate_token(
            actor=actor_of(request),
            token_id=token_id,
            overlap=form.overlap,
            expires_at=_in(days) if days else None,
        )
    except (Invalid, Conflict) as error:
        explain(form, error)
        return _list(request, form, error.status)
    return _secret(request, token, secret)


@member_page("token:create")
@require_POST
def revoke(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """End a token at once."""
    token = revoke_token(actor=actor_of(request), token_id=token_id)
    messages.success(request, _("%(name)s is revoked.") % {"name": token.name})
    return redirect("org:tokens")


def _list(request: HttpRequest, refused: RotationForm | None = None, status: int = 200) -> HttpResponse:
    now, actor = timezone.now(), actor_of(request)
    found = token_page(actor=actor, cursor=request.GET.get("cursor"))
    context = {
        "tokens": [_token(token, now) | {"can_rotate": may_rotate(actor=actor, token=token)} for token in found.items],
        "rotation": RotationForm(),
        "form": refused,
        "page": pages(request, found.next) if refused is None else None,
        "docs_url": DOCS,
    }
    return render(request, "console/org/tokens.html", context, status=status)


def _secret(request: HttpRequest, token: ServiceToken, secret: str) -> HttpResponse:
    context = {"token": _token(token, timezone.now()), "secret": secret, "curl": _curl(secret), "docs_url": DOCS}
    return _kept_nowhere(render(request, "console/org/token_secret.html", context))


def _kept_nowhere(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response


def _token(token: ServiceToken, now: datetime) -> dict[str, Any]:
    state = state_of(token, now)
    return {
        "id": token.pk,
        "name": token.name,
        "owner_name": token.owner.name,
        "scopes": token.scopes,
        "shown": token.scopes[:SHOWN],
        "more": token.scopes[SHOWN:],
        "state": state,
        "is_live": state == "active",
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
        "rotated_at": token.rotated_at,
        "former_until": token.former_until if token.former_until and token.former_until > now else None,
    }


def _in(days: int) -> datetime:
    return timezone.now() + timedelta(days=days)


def _curl(secret: str) -> str:
    """Return a command that works as it stands, whatever the scopes are: it asks who the token is."""
    return f'curl -H "Authorization: Bearer {secret}" "{base_url("/api/v1/me")}"'
