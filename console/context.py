"""What every console page knows: whose console it is, the way around, and who is signed in."""

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from console.navigation import operator_groups, tenant_groups
from console.public.account_nav import account_groups
from kernel.tenancy.context import Actor
from tenants.addresses import base_url
from tenants.doors.request import DoorRequest
from tenants.records import Person


def console(request: HttpRequest) -> dict[str, Any]:
    """The context processor of the frame (console/base.html); adds nothing where nobody is signed in."""
    actor = getattr(request, "actor", None)
    if actor is None or getattr(request, "token", None) is not None:
        return {"environment": _environment()}
    tenant = cast(DoorRequest, request).organization
    person = cast(DoorRequest, request).person
    if getattr(request, "host_kind", "base") == "base":
        return _look(person) | {
            "persona": "org",
            "brand": {"name": _("Campaign Builder"), "url": reverse("public:choose")},
            "environment": _environment(),
            "nav": account_groups(request),
            "account": _account(actor, person) | {"sign_out_url": reverse("public:sign-out")},
        }
    return _look(person) | {
        "persona": "ops" if tenant is None else "org",
        "brand": {"name": _("Operator console") if tenant is None else tenant.name, "url": "/"},
        "environment": _environment() if tenant is None else _("%(plan)s plan") % {"plan": tenant.plan},
        "nav": operator_groups(request) if tenant is None else tenant_groups(request, actor),
        "draft_space": f"{tenant.id}:{actor.user_id}" if tenant else "",
        "account": _account(actor, person)
        | {"sign_out_url": reverse("signin:out")}
        | ({} if tenant is None else {"preferences_url": reverse("org:preferences")}),
    }


def _account(actor: Actor, person: Person | None) -> dict[str, str]:
    return {
        "name": actor.name or actor.email,
        "email": actor.email,
        "role": person.role_name if person else "",
        "picture": person.picture if person else "",
        "account_url": base_url("/account/"),
        "chooser_url": base_url("/choose/"),
    }


def _look(person: Person | None) -> dict[str, Any]:
    """Return the theme, and what the page's script and style have to know of the person's preferences."""
    if person is None:
        return {"account_theme": "", "theme": "", "root_data": {}, "is_compact": False}
    chosen = person.preferences
    told = {
        "time-zone": person.time_zone,
        "date-format": "" if chosen.date_format == "auto" else chosen.date_format,
        "shortcuts": "" if chosen.shortcuts else "off",
    }
    return {
        "account_theme": person.theme,
        "theme": "" if person.theme == "auto" else person.theme,
        "root_data": {name: value for name, value in told.items() if value},
        "is_compact": chosen.density == "compact",
    }


def _environment() -> str:
    return "" if settings.ENVIRONMENT == "production" else settings.ENVIRONMENT
