"""API tokens: what programs may do in a person's name."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from console.forms import explain
from console.guards import actor_of, member_page
from console.org.forms import TokenForm
from kernel.errors import Invalid
from tenants.access.catalogue import label
from tenants.access.models import ServiceToken
from tenants.access.tokens import create_token, revoke_token, scopes_to_give, state_of, token_page
from tenants.addresses import base_url

DOCS = "/api/v1/docs"


@member_page("token:create")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The tokens the person may manage; making one shows its secret, this once."""
    if request.method != "POST":
        return _page(request, _form(request), 200)
    form = _form(request, request.POST)
    if not form.is_valid():
        return _page(request, form, 422)
    try:
        token, secret = create_token(
            actor=actor_of(request),
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            expires_at=timezone.now() + timedelta(days=form.cleaned_data["days"]),
        )
    except Invalid as error:
        explain(form, error)
        return _page(request, form, 422)
    created = {"name": token.name, "secret": secret, "curl": _curl(secret)}
    return _page(request, _form(request), 200, created)


@member_page("token:create")
@require_POST
def revoke(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """End a token at once."""
    token = revoke_token(actor=actor_of(request), token_id=token_id)
    messages.success(request, _("%(name)s is revoked.") % {"name": token.name})
    return redirect("org:tokens")


def _page(request: HttpRequest, form: TokenForm, status: int, created: dict[str, str] | None = None) -> HttpResponse:
    now = timezone.now()
    context = {
        "tokens": [_token(token, state_of(token, now)) for token in token_page(actor=actor_of(request)).items],
        "form": form,
        "created": created,
        "docs_url": DOCS,
    }
    response = render(request, "console/org/tokens.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _token(token: ServiceToken, state: str) -> dict[str, Any]:
    return {
        "id": token.pk,
        "name": token.name,
        "owner_name": token.owner.name,
        "scopes": token.scopes,
        "state": state,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
        "can_revoke": state == "active",
    }


def _form(request: HttpRequest, data: Any = None) -> TokenForm:
    return TokenForm(data, scopes=[(scope, label(scope)) for scope in scopes_to_give(actor=actor_of(request))])


def _curl(secret: str) -> str:
    """Return a command that works as it stands, whatever the scopes are: it asks who the token is."""
    return f'curl -H "Authorization: Bearer {secret}" "{base_url("/api/v1/me")}"'
