"""The doors of console pages. Every view names what it needs; a view without a guard fails the route walk's test."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from kernel.errors import NotFound, Unauthenticated
from kernel.http.request_id import request_id_of
from kernel.tenancy.context import Actor
from kernel.tenancy.scope import scope
from tenants.access.catalogue import known
from tenants.access.resolver import MEMBER, require_some
from tenants.doors.request import DoorRequest
from tenants.records import Tenant

type View = Callable[..., HttpResponse]

ANYBODY = "anybody"
OPERATOR = "operator"
ACCOUNT = "account"


def anybody(view: View) -> View:
    """A page that needs no sign-in: sign-in itself, invitations, health."""
    return _marked(view, ANYBODY)


def operator_page(view: View) -> View:
    """A page for operators, on the operators' host. Others are sent to sign in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if actor_of(request, optional=True) is None:
            return _to_sign_in(request)
        return view(request, *args, **kwargs)

    return _marked(guarded, OPERATOR)


def account_page(view: View) -> View:
    """A page of a person's own account, on the sign-in host. Others are sent to sign in and come back afterwards."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if cast(DoorRequest, request).person is None:
            return _to_sign_in(request, "public:sign-in")
        return view(request, *args, **kwargs)

    return _marked(guarded, ACCOUNT)


def embedded(view: View) -> View:
    """What pages of every host embed, such as pictures of people: without a signed-in person it does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if cast(DoorRequest, request).person is None:
            raise NotFound()
        return view(request, *args, **kwargs)

    return _marked(guarded, ACCOUNT)


def member_page(action: str = "") -> Callable[[View], View]:
    """A page of an organization, for members who may do `action` to something there (or for every member).

    Times that people read and write there are on their own clock, else on the organization's.
    """
    needed = known(action) if action else MEMBER

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            actor = cast(DoorRequest, request).actor
            if actor is None:
                return _to_sign_in(request)
            try:
                require_some(actor, needed)
            except Unauthenticated:
                return _to_sign_in(request)
            with timezone.override(clock_of(request)):
                return view(request, *args, **kwargs)

        return _marked(guarded, needed)

    return guard


def public_member_page(action: str) -> Callable[[View], View]:
    """A page of an organization that reads or writes public tables, which its own role may not touch.

    Its address stands in PUBLIC_PHASE (tenants.signin.paths): the view runs outside the organization's scope, and only
    the question whether the person may open it is asked inside one.
    """
    needed = known(action)

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            actor = cast(DoorRequest, request).actor
            if actor is None:
                return _to_sign_in(request)
            try:
                with scope(tenant_of(request), actor=actor, source="console", request_id=request_id_of(request)):
                    require_some(actor, needed)
            except Unauthenticated:
                return _to_sign_in(request)
            with timezone.override(clock_of(request)):
                return view(request, *args, **kwargs)

        return _marked(guarded, needed)

    return guard


def actor_of(request: HttpRequest, *, optional: bool = False) -> Actor:
    """Return who asks. Behind a guard there is always somebody."""
    actor = cast(DoorRequest, request).actor
    if actor is None and not optional:
        raise RuntimeError("This view needs a guard from console.guards.")
    return cast(Actor, actor)


def tenant_of(request: HttpRequest) -> Tenant:
    """Return the organization of the host."""
    tenant = cast(DoorRequest, request).organization
    if tenant is None:
        raise RuntimeError("This view belongs on an organization's host.")
    return tenant


def clock_of(request: HttpRequest) -> ZoneInfo:
    """Return the clock on which the person reads and writes times: their own, else the organization's."""
    person = cast(DoorRequest, request).person
    return ZoneInfo((person.time_zone if person else "") or tenant_of(request).time_zone)


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page."""
    return request.headers.get("HX-Request") == "true"


def _to_sign_in(request: HttpRequest, start: str = "signin:start") -> HttpResponse:
    where = f"{reverse(start)}?{urlencode({'next': request.get_full_path()})}"
    if is_fragment(request):
        response = HttpResponse(status=401)
        response["HX-Redirect"] = where
        return response
    return HttpResponseRedirect(where)


def _marked(view: View, needs: str) -> View:
    view.needs = needs  # type: ignore[attr-defined]
    return view
