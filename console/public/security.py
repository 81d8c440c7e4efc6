"""My security: the second factor of the person's own account."""

import base64
import time
from urllib.parse import urlencode

from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console.forms import explain
from console.guards import account_page, actor_of
from console.public.factor_forms import RenewForm, SetUpForm, TurnOffForm
from console.public.limits import attempt, too_many
from console.public.second_factor import LIMIT
from kernel import secrets
from kernel.errors import Conflict, DomainError, Invalid
from kernel.tenancy.scope import public_scope
from tenants.actors import user_id_of
from tenants.commands import second_factor as commands
from tenants.doors.request import DoorRequest
from tenants.models import User
from tenants.queries.second_factor import has_second_factor, requiring_organizations, second_factor_of
from tenants.signin.paths import local_path
from tenants.signin.second_factor import TOTP_KIND
from tenants.signin.sessions import MFA, signed_in_recently, step_up

PENDING = "second_factor_secret"
"""The secret of a set-up that is not finished, encrypted: sessions are readable in the database."""

SHOW_CODES_UNTIL = "recovery_codes_until"
SHOW_CODES_SECONDS = 600


@account_page
@never_cache
@require_safe
def page(request: DoorRequest) -> HttpResponse:
    """Whether signing in asks for a code, and what can be done about it."""
    return _page(request, RenewForm(prefix="renew"), TurnOffForm(prefix="off"), 200)


@account_page
@never_cache
@sensitive_post_parameters("code", "present_code", "password")
@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request: DoorRequest) -> HttpResponse:
    """Show the app its secret, and take the first code it makes."""
    actor, next_path = actor_of(request), local_path(request.POST.get("next") or request.GET.get("next") or "/")
    user = User.objects.get(pk=user_id_of(actor))
    asks_password, is_move = not signed_in_recently(request), has_second_factor(user.pk)
    form = SetUpForm(request.POST if request.method == "POST" else None, asks_password=asks_password, is_move=is_move)
    if request.method != "POST" or not form.is_valid():
        return _set_up_page(request, user, form, next_path)
    tried = attempt(request, LIMIT, str(user.pk))
    if tried is None:
        return too_many(request)
    try:
        with public_scope(actor=actor, source="console", request_id=request.request_id):
            commands.add_second_factor(
                actor=actor,
                secret=_pending(request),
                code=form.cleaned_data["code"],
                session_key=str(request.session.session_key),
                present_code=form.cleaned_data.get("present_code", ""),
                password=form.cleaned_data["password"] if asks_password else None,
            )
            step_up(request, TOTP_KIND)
    except Invalid as error:
        explain(form, error)
        return _set_up_page(request, user, form, next_path)
    tried.rollback()
    del request.session[PENDING]
    request.session[SHOW_CODES_UNTIL] = int(time.time()) + SHOW_CODES_SECONDS
    messages.success(request, _moved_or_on(is_move))
    return redirect(f"{reverse('public:account-recovery-codes')}?{urlencode({'next': next_path})}")


@account_page
@never_cache
@require_safe
def recovery_codes(request: DoorRequest) -> HttpResponse:
    """Show the recovery codes, for some minutes after they were made."""
    codes = _codes_to_show(request)
    if not codes:
        messages.info(request, _("Recovery codes are shown right after they are made, and not again."))
        return redirect("public:account-security")
    context = {"codes": codes, "text": "\n".join(codes), "next": _further(request)}
    return render(request, "console/account/recovery_codes.html", context)


@account_page
@never_cache
@require_safe
def recovery_file(request: DoorRequest) -> HttpResponse:
    """The recovery codes as a text to keep, while they are shown."""
    codes = _codes_to_show(request)
    if not codes:
        return redirect("public:account-security")
    lines = [
        _("Recovery codes of %(email)s for Campaign Builder. Each works once.") % {"email": actor_of(request).email}
    ]
    response = HttpResponse("\n".join([*lines, "", *codes, ""]), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
    return response


@account_page
@never_cache
@sensitive_post_parameters("renew-code")
@require_POST
def renew(request: DoorRequest) -> HttpResponse:
    """Make new recovery codes; the former ones are worth nothing."""
    actor, form = actor_of(request), RenewForm(request.POST, prefix="renew")
    if not form.is_valid():
        return _page(request, form, TurnOffForm(prefix="off"), 422)
    tried = attempt(request, LIMIT, str(actor.user_id))
    if tried is None:
        return too_many(request)
    try:
        with public_scope(actor=actor, source="console", request_id=request.request_id):
            commands.renew_recovery_codes(
                actor=actor, code=form.cleaned_data["code"], session_key=str(request.session.session_key)
            )
    except Invalid as error:
        return _refused(request, form, error, form, TurnOffForm(prefix="off"))
    tried.rollback()
    request.session[SHOW_CODES_UNTIL] = int(time.time()) + SHOW_CODES_SECONDS
    return redirect("public:account-recovery-codes")


@account_page
@never_cache
@sensitive_post_parameters("off-code", "off-password")
@require_POST
def turn_off(request: DoorRequest) -> HttpResponse:
    """Do without a second factor."""
    actor, form = actor_of(request), TurnOffForm(request.POST, prefix="off")
    if not form.is_valid():
        return _page(request, RenewForm(prefix="renew"), form, 422)
    tried = attempt(request, LIMIT, str(actor.user_id))
    if tried is None:
        return too_many(request)
    try:
        with public_scope(actor=actor, source="console", request_id=request.request_id):
            commands.remove_second_factor(
                actor=actor, session_key=str(request.session.session_key), **form.cleaned_data
            )
    except (Invalid, Conflict) as error:
        return _refused(request, form, error, RenewForm(prefix="renew"), form)
    tried.rollback()
    request.session[MFA] = ""
    request.session.pop(SHOW_CODES_UNTIL, None)
    messages.success(request, _("Your second factor is off. You are signed out everywhere else."))
    return redirect("public:account-security")


def _moved_or_on(is_move: bool) -> str:
    words = _("Your second factor moved.") if is_move else _("Your second factor is on.")
    return f"{words} {_('You are signed out everywhere else.')}"


def _page(request: DoorRequest, renew_form: RenewForm, off_form: TurnOffForm, status: int) -> HttpResponse:
    user_id = user_id_of(actor_of(request))
    context = {
        "second_factor": second_factor_of(user_id),
        "organizations": requiring_organizations(user_id),
        "renew_form": renew_form,
        "off_form": off_form,
    }
    return render(request, "console/account/security.html", context, status=status)


def _refused(
    request: DoorRequest, form: forms.BaseForm, error: DomainError, renew_form: RenewForm, off_form: TurnOffForm
) -> HttpResponse:
    explain(form, error)
    return _page(request, renew_form, off_form, error.status)


def _set_up_page(request: DoorRequest, user: User, form: SetUpForm, next_path: str) -> HttpResponse:
    secret, adapter = _pending(request), get_adapter()
    picture = adapter.build_totp_svg(adapter.build_totp_url(user, secret))
    context = {
        "form": form,
        "picture": "data:image/svg+xml;base64," + base64.b64encode(picture.encode()).decode(),
        "key": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        "is_move": "present_code" in form.fields,
        "organizations": requiring_organizations(user.pk),
        "next": next_path,
    }
    return render(request, "console/account/security_set_up.html", context, status=422 if form.errors else 200)


def _pending(request: DoorRequest) -> str:
    """Return the secret that this browser is setting up; it stays the same until that is done."""
    kept = request.session.get(PENDING)
    if kept:
        try:
            return secrets.decrypt(kept)
        except secrets.Unreadable:
            kept = None
    secret: str = generate_totp_secret()
    request.session[PENDING] = secrets.encrypt(secret)
    return secret


def _codes_to_show(request: DoorRequest) -> list[str]:
    if time.time() > request.session.get(SHOW_CODES_UNTIL, 0):
        return []
    return commands.recovery_codes(actor=actor_of(request))


def _further(request: DoorRequest) -> str:
    next_path = local_path(request.GET.get("next", "/"))
    return next_path if next_path != "/" else reverse("public:account-security")
