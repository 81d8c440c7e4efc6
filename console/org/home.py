"""The start page: what is left to set up, and what is going on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from audit.queries import entries
from campaigns.legacy import queries as imports
from campaigns.queries import live_campaigns
from catalog.queries import live_products
from console.guards import actor_of, member_page, tenant_of
from console.org.campaigns.at_home import campaigns_of
from console.org.entries import linked
from kernel.tenancy.context import Actor
from tenants.access.people import seats_taken
from tenants.access.resolver import can
from tenants.access.tokens import has_tokens
from tenants.queries.invitations import was_anybody_invited
from tenants.records import Tenant

SHOWN = 6
OPEN_IMPORTS = ("uploaded", "checking", "ready", "applying", "failed")


@dataclass(frozen=True, slots=True)
class Step:
    """One of the first steps, and the page where it is taken."""

    title: str
    detail: str
    view: str
    action: str


@member_page()
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Where everybody starts."""
    actor, tenant = actor_of(request), tenant_of(request)
    work = campaigns_of(actor)
    checklist = _checklist(actor, tenant, has_campaign=any(group.campaigns for group in work))
    may_read = can(actor, "audit:view")
    context = {
        "organization": {"name": tenant.name, "plan_name": tenant.plan},
        "greeting_name": (actor.name or actor.email).split()[0],
        "checklist": checklist,
        "checklist_done": sum(item["done"] for item in checklist),
        "usage": _usage(tenant) if can(actor, "organization:settings") else [],
        "work": work,
        "open_imports": _open_imports(actor),
        "entries": linked(entries(actor=actor, limit=SHOWN).lines) if may_read else [],
        "audit_url": reverse("org:audit") if may_read else "",
        "can_create": can(actor, "campaign:create"),
    }
    return render(request, "console/org/home.html", context)


def _checklist(actor: Actor, tenant: Tenant, *, has_campaign: bool) -> list[dict[str, Any]]:
    """Return the first steps that the person may take; each is done when what it makes is really there."""
    steps: tuple[tuple[str, Step, Callable[[], bool]], ...] = (
        (
            "import:run",
            Step(
                _("Import the data of the old application"),
                _("A dump of a browser becomes products and campaigns."),
                "org:imports",
                _("Import"),
            ),
            lambda: bool(imports.latest_imports()),
        ),
        (
            "member:invite",
            Step(_("Invite your people"), _("Each gets a role that says what they may do."), "org:people", _("Invite")),
            lambda: seats_taken() > 1 or was_anybody_invited(tenant.id, besides=actor.email),
        ),
        (
            "campaign:create",
            Step(_("Create the first campaign"), _("It starts as a draft."), "org:campaign-new", _("Create")),
            lambda: has_campaign,
        ),
        (
            "token:create",
            Step(
                _("Make an API token"),
                _("With it a program reads and writes campaigns."),
                "org:tokens",
                _("Make one"),
            ),
            lambda: has_tokens(actor=actor),
        ),
    )
    return [
        {
            "title": step.title,
            "detail": step.detail,
            "url": reverse(step.view),
            "action": step.action,
            "done": is_done(),
        }
        for permission, step, is_done in steps
        if can(actor, permission)
    ]


def _usage(tenant: Tenant) -> list[dict[str, Any]]:
    used = (
        (_("Seats"), "seats", seats_taken),
        (_("Campaigns"), "campaigns", live_campaigns),
        (_("Products"), "products", live_products),
    )
    return [{"label": label, "used": count(), "limit": tenant.limits[limit]} for label, limit, count in used]


def _open_imports(actor: Actor) -> list[dict[str, Any]]:
    """Return the newest imports that still want something: a worker, or a decision."""
    if not can(actor, "import:run"):
        return []
    newest = imports.import_list(actor=actor, limit=SHOWN)
    states = imports.states_now(newest)
    return [
        {"id": batch.pk, "file_name": batch.file_name, "state": states[batch.pk].state}
        for batch in newest
        if states[batch.pk].state in OPEN_IMPORTS
    ]
