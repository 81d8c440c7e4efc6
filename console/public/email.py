"""Another address for a person's own account."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from console.forms import explain
from console.guards import account_page, actor_of, anybody
from console.public.account_forms import EmailForm
from console.public.limits import too_many, within
from console.public.links import forget_token, keep_token, kept_token, mailed_link
from console.public.second_factor import with_second_factor
from kernel.errors import Conflict, Invalid, NotFound
from kernel.tenancy.scope import public_scope
from tenants.commands.account.email import confirm_email_change, request_email_change
from tenants.doors.request import DoorRequest
from tenants.queries.account import open_email_change

COOKIE = "__Host-new-email"
CONFIRM = "/account/email/confirm/open/"


@account_page
@with_second_factor
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: DoorRequest) -> HttpResponse:
    """Show the address, and ask for another one."""
    if request.method != "POST":
        return _page(request, EmailForm())
    actor, form = actor_of(request), EmailForm(request.POST)
    if not within(request, "confirm_password", key=str(actor.user_id)):
        return too_many(request)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        with public_scope(actor=actor, source="console", request_id=request.request_id):
            change = request_email_change(actor=actor, **form.cleaned_data)
    except Invalid as error:
        explain(form, error)
        return _page(request, form, status=error.status)
    messages.success(request, _("A link is on its way to %(email)s.") % {"email": change.email})
    return redirect("public:account-email")


@anybody
@never_cache
@mailed_link
def take_token(request: DoorRequest, token: str) -> HttpResponse:
    """Open the mailed link."""
    return keep_token(COOKIE, token, CONFIRM)


@account_page
@with_second_factor
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: DoorRequest) -> HttpResponse:
    """Move the account to the address whose mail held the link."""
    token, actor = kept_token(request, COOKIE), actor_of(request)
    change = open_email_change(actor.user_id, token) if actor.user_id else None
    if change is None:
        return _gone(request)
    if request.method != "POST":
        return render(request, "console/account/email_confirm.html", {"change": change})
    if not within(request, "confirm_email_change"):
        return too_many(request)
    try:
        with public_scope(actor=actor, source="console", request_id=request.request_id):
            user = confirm_email_change(actor=actor, token=token)
    except NotFound:
        return _gone(request)
    except Conflict as error:
        context = {"change": change, "refusal": error.detail}
        return render(request, "console/account/email_confirm.html", context, status=error.status)
    messages.success(request, _("Your address is %(email)s from now on.") % {"email": user.email})
    return forget_token(redirect("public:account-email"), COOKIE)


def _page(request: DoorRequest, form: EmailForm, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    waiting = open_email_change(actor.user_id) if actor.user_id else None
    context = {"form": form, "email": actor.email, "waiting": waiting}
    return render(request, "console/account/email.html", context, status=status)


def _gone(request: DoorRequest) -> HttpResponse:
    return forget_token(render(request, "console/account/email_gone.html", status=410), COOKIE)
