"""Plans as operators read them."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tenants.models import Plan
from tenants.queries.directory import TenantRow


def plan_cards(plans: Iterable[Plan]) -> list[dict[str, str]]:
    """Return the plans as the choices of a form."""
    return [{"value": plan.slug, "title": plan.name, "detail": _limits(plan)} for plan in plans]


def plan_effects(row: TenantRow, plans: Sequence[Plan], chosen: str) -> list[dict[str, Any]]:
    """Return each limit before and after moving to the plan `chosen`; how many are in use only where that is known."""
    by_slug = {plan.slug: plan for plan in plans}
    before, after = by_slug[row.plan], by_slug.get(chosen, by_slug[row.plan])
    used = {"seats": row.seats_used}
    names = {
        "seats": _("Seats"),
        "campaigns": _("Campaigns"),
        "products": _("Products"),
        "storage_mb": _("Storage in MB"),
    }
    return [
        {
            "label": label,
            "used": used.get(name),
            "before": getattr(before, name),
            "after": getattr(after, name),
            "over": getattr(after, name) is not None and used.get(name, 0) > getattr(after, name),
        }
        for name, label in names.items()
    ]


def _limits(plan: Plan) -> str:
    if plan.seats is None and plan.campaigns is None and plan.products is None:
        return _("seats, campaigns and products without limit")
    parts = (
        _("seats without limit") if plan.seats is None else ngettext("%(n)s seat", "%(n)s seats", plan.seats),
        _("campaigns without limit")
        if plan.campaigns is None
        else ngettext("%(n)s campaign", "%(n)s campaigns", plan.campaigns),
        _("products without limit")
        if plan.products is None
        else ngettext("%(n)s product", "%(n)s products", plan.products),
    )
    values = (plan.seats, plan.campaigns, plan.products)
    return " · ".join(
        part if value is None else part % {"n": f"{value:,}"} for part, value in zip(parts, values, strict=True)
    )
