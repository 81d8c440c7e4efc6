"""The page that asks for a code: between the password and the session, or when an organization asks for one."""

from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from console.guards import View, actor_of, anybody
from console.public.factor_forms import CodeForm
from console.public.limits import attempt, too_many
from console.public.views import organization_name
from kernel.tenancy.scope import public_scope
from tenants.actors import user_id_of
from tenants.commands.second_factor import use_second_factor
from tenants.doors.request import DoorRequest
from tenants.queries.second_factor import has_second_factor
from tenants.signin.commands import user_actor
from tenants.signin.paths import local_path
from tenants.signin.second_factor import pending_stage
from tenants.signin.sessions import MFA, step_up

LIMIT = "second_factor_failed"


def with_second_factor(view: View) -> View:
    """A page that changes how the person signs in: where the account has a second factor, it asks for a use of it."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.session.get(MFA) and has_second_factor(user_id_of(actor_of(request))):
            return redirect(f"{reverse('public:second-factor-needed')}?{urlencode({'next': request.path})}")
        return view(request, *args, **kwargs)

    return asked


@anybody
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: DoorRequest) -> HttpResponse:
    """Ask for a code after the password. No session is open until it is right."""
    stage = pending_stage(request)
    if stage is None:
        messages.info(request, _("Signing in took too long. Start again."))
        return redirect("public:sign-in")
    next_path = local_path(stage.login.redirect_url or "/")
    form = CodeForm(request.POST if request.method == "POST" else None, autofocus=True)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form, next_path)
    actor = user_actor(stage.user)
    tried = attempt(request, LIMIT, str(stage.user.pk))
    if tried is None:
        return too_many(request)
    with public_scope(actor=actor, source="console", request_id=request.request_id):
        kind = use_second_factor(user_id=stage.user.pk, code=form.cleaned_data["code"])
        if kind:
            response: HttpResponse = stage.exit()
            request.session[MFA] = kind
    if not kind:
        return _wrong(request, form, next_path)
    tried.rollback()
    return response


@anybody
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def needed(request: DoorRequest) -> HttpResponse:
    """Say that an organization asks for a second factor, and ask for a code or lead to setting one up."""
    next_path = local_path(request.POST.get("next") or request.GET.get("next") or "/")
    if request.actor is None:
        return redirect(f"{reverse('public:sign-in')}?{urlencode({'next': next_path})}")
    if request.session.get(MFA):
        return redirect(next_path)
    user_id = user_id_of(request.actor)
    form = CodeForm(request.POST if request.method == "POST" else None, autofocus=True)
    if not has_second_factor(user_id):
        return _needed_page(request, None, next_path)
    if request.method != "POST" or not form.is_valid():
        return _needed_page(request, form, next_path)
    tried = attempt(request, LIMIT, str(user_id))
    if tried is None:
        return too_many(request)
    with public_scope(actor=request.actor, source="console", request_id=request.request_id):
        kind = use_second_factor(user_id=user_id, code=form.cleaned_data["code"])
        if kind:
            step_up(request, kind)
    if not kind:
        form.add_error("code", _("This code is wrong or was used already."))
        return _needed_page(request, form, next_path)
    tried.rollback()
    return redirect(next_path)


def _wrong(request: DoorRequest, form: CodeForm, next_path: str) -> HttpResponse:
    form.add_error("code", _("This code is wrong or was used already."))
    return _page(request, form, next_path)


def _page(request: DoorRequest, form: CodeForm, next_path: str) -> HttpResponse:
    context = {"form": form, "organization_name": organization_name(next_path), "next": next_path}
    status = 422 if form.errors else 200
    return render(request, "console/account/second_factor.html", context, status=status)


def _needed_page(request: DoorRequest, form: CodeForm | None, next_path: str) -> HttpResponse:
    context = {"form": form, "organization_name": organization_name(next_path), "next": next_path}
    status = 422 if form is not None and form.errors else 200
    return render(request, "console/account/second_factor_needed.html", context, status=status)
