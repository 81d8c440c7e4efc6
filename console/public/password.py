"""Passwords: changed by somebody who is signed in, or set anew by a mailed link."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from console.forms import explain
from console.guards import account_page, actor_of, anybody
from console.public.account_forms import ChangePasswordForm, ForgotForm, NewPasswordForm
from console.public.limits import too_many, within
from console.public.links import forget_token, keep_token, kept_token, mailed_link
from console.public.second_factor import with_second_factor
from kernel.errors import Conflict, Invalid, NotFound
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import public_scope
from tenants.commands.account.password import change_password, request_password_reset, reset_password
from tenants.doors.request import DoorRequest
from tenants.queries.account import open_reset
from tenants.signin.sessions import keep_session

COOKIE = "__Host-reset"
RESET = "/password/reset/open/"


@account_page
@with_second_factor
@never_cache
@sensitive_post_parameters("present", "password", "password_again")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: DoorRequest) -> HttpResponse:
    """Set another password; every other session of the person ends."""
    form = ChangePasswordForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return render(request, "console/account/password.html", {"form": form})
    actor = actor_of(request)
    if not within(request, "confirm_password", key=str(actor.user_id)):
        return too_many(request)
    if not form.is_valid():
        return render(request, "console/account/password.html", {"form": form}, status=422)
    present, password = form.cleaned_data["present"], form.cleaned_data["password"]
    try:
        with public_scope(actor=actor, source="console", request_id=request.request_id):
            user = change_password(actor=actor, present=present, password=password)
            keep_session(request, user)
    except (Invalid, Conflict) as error:
        explain(form, error)
        return render(request, "console/account/password.html", {"form": form}, status=error.status)
    messages.success(request, _("Your password is changed. You are signed out everywhere else."))
    return redirect("public:account-password")


@anybody
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forgot(request: DoorRequest) -> HttpResponse:
    """Mail somebody a link to a new password; the answer is the same for every address."""
    if request.method != "POST":
        return render(request, "console/auth/forgot.html", {"form": ForgotForm()})
    form = ForgotForm(request.POST)
    if not form.is_valid():
        return render(request, "console/auth/forgot.html", {"form": form}, status=422)
    email = form.cleaned_data["email"]
    if not within(request, "reset_password", key=email.lower()):
        return too_many(request)
    with public_scope(actor=SYSTEM, source="console", request_id=request.request_id):
        request_password_reset(actor=SYSTEM, email=email)
    return render(request, "console/auth/forgot.html", {"form": form, "sent_to": email})


@anybody
@never_cache
@mailed_link
def take_token(request: DoorRequest, token: str) -> HttpResponse:
    """Open the mailed link."""
    return keep_token(COOKIE, token, RESET)


@anybody
@never_cache
@sensitive_post_parameters("password", "password_again")
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: DoorRequest) -> HttpResponse:
    """Set the password of the account that the cookie's token was mailed to. It signs nobody in."""
    token = kept_token(request, COOKIE)
    found = open_reset(token)
    if found is None:
        return _gone(request)
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "email": found.user.email}
    if request.method != "POST":
        return render(request, "console/auth/reset.html", context)
    if not within(request, "reset_password_from_key"):
        return too_many(request)
    if not form.is_valid():
        return render(request, "console/auth/reset.html", context, status=422)
    try:
        reset_password(actor=None, token=token, password=form.cleaned_data["password"], request_id=request.request_id)
    except NotFound:
        return _gone(request)
    except (Invalid, Conflict) as error:
        explain(form, error)
        return render(request, "console/auth/reset.html", context, status=error.status)
    messages.success(request, _("Your password is set. Sign in with it."))
    return forget_token(redirect("public:sign-in"), COOKIE)


def _gone(request: DoorRequest) -> HttpResponse:
    return forget_token(render(request, "console/auth/reset_gone.html", status=410), COOKIE)
