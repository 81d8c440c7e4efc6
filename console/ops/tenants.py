"""The directory of organizations, and one organization."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from audit.platform import queries as audit_queries
from console.guards import is_fragment, operator_page
from console.ops.jobs import job_rows
from console.parameters import pages, tabs, text
from tenants.addresses import origin
from tenants.models import Organization
from tenants.queries import directory as queries
from tenants.queries.invitations import invitations_of, link_of, state_of
from tenants.queries.jobs import job_page

ONBOARDING_SHOWN = timedelta(days=1)


@operator_page
@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """All organizations, by name."""
    state, q = text(request, "state"), text(request, "q")
    counts = queries.state_counts()
    found, cursor = queries.tenant_page(state=state, text=q, after=text(request, "cursor"))
    context = {
        "tabs": tabs(request, "state", [(value, label, counts[value or "all"]) for value, label in _states()], "q"),
        "q": q,
        "state": state,
        "total": counts["all"],
        "tenants": [_line(row) for row in found],
        "page": pages(request, cursor),
    }
    return render(request, f"console/ops/tenants.html{'#results' if is_fragment(request) else ''}", context)


@operator_page
@require_safe
def tenant(request: HttpRequest, slug: str) -> HttpResponse:
    """One organization: how it stands, its people, its jobs, what happened to it."""
    row = queries.tenant_detail(slug)
    shown = {"people": _people, "jobs": _jobs, "audit": _audit}.get(text(request, "tab"), _overview)
    context = {
        "tenant": tenant_of_row(row),
        "tabs": tabs(
            request,
            "tab",
            [(value, label, None) for value, label in _pages()],
        ),
        "tab": text(request, "tab") or "overview",
        "can_suspend": row.state == "active",
        "can_resume": row.state == "suspended",
        "onboarding_url": _onboarding_url(row),
    }
    return render(request, "console/ops/tenant.html", context | shown(request, row))


def tenant_of_row(row: queries.TenantRow) -> dict[str, Any]:
    """Return an organization as the pages about it show it."""
    return {
        "name": row.name,
        "slug": row.slug,
        "address": row.address,
        "url": origin(row.address) + "/",
        "status": row.state,
        "status_label": state_label(row.state),
        "status_reason": row.status_reason,
        "schema_name": row.schema_name,
        "plan_name": row.plan_name,
        "time_zone": row.time_zone,
        "created_at": row.created_at,
        "live_at": row.live_at,
    }


def state_label(state: str) -> str:
    """Return what an organization's state is called; empty leaves it to the usual word."""
    return _("Setup failed") if state == "failed" else ""


def _states() -> list[tuple[str, str]]:
    return [
        ("", _("All")),
        ("active", _("Active")),
        ("provisioning", _("Setting up")),
        ("failed", _("Setup failed")),
        ("suspended", _("Suspended")),
    ]


def _pages() -> list[tuple[str, str]]:
    return [("", _("Overview")), ("people", _("People")), ("jobs", _("Jobs")), ("audit", _("Audit"))]


def _line(row: queries.TenantRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "slug": row.slug,
        "status": row.state,
        "status_label": state_label(row.state),
        "plan_name": row.plan_name,
        "seats_used": row.seats_used,
        "seats_limit": row.seats,
        "created_at": row.created_at,
    }


def _onboarding_url(row: queries.TenantRow) -> str:
    long_over = row.live_at is not None and row.live_at < timezone.now() - ONBOARDING_SHOWN
    known = row.state in ("provisioning", "failed") or row.live_at is not None
    return reverse("ops:onboarding", args=[row.slug]) if known and not long_over else ""


def _overview(request: HttpRequest, row: queries.TenantRow) -> dict[str, Any]:
    return {
        "usage": [{"label": _("Seats"), "used": row.seats_used, "limit": row.seats}],
        "invitations": [_invitation(found) for found in invitations_of(row.id)],
    }


def _invitation(found: Any) -> dict[str, Any]:
    state = state_of(found)
    return {
        "email": found.email,
        "name": found.name,
        "state": "invited" if state == "open" else state,
        "expires_at": found.expires_at,
        "url": link_of(found) if state == "open" else "",
    }


def _people(request: HttpRequest, row: queries.TenantRow) -> dict[str, Any]:
    people = [
        {"name": entry.user.name, "email": entry.email, "status": entry.status} for entry in queries.people_of(row.id)
    ]
    return {"people": people}


def _jobs(request: HttpRequest, row: queries.TenantRow) -> dict[str, Any]:
    found, cursor = job_page(organization_id=row.id, after=text(request, "cursor"))
    return {"jobs": job_rows(found, {}), "page": pages(request, cursor)}


def _audit(request: HttpRequest, row: queries.TenantRow) -> dict[str, Any]:
    page = audit_queries.history(Organization(pk=row.id), cursor=text(request, "cursor") or None)
    return {"entries": page.lines, "page": pages(request, page.next)}
