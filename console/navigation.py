"""The way around: an entry stands here when its page works, and shows when the person may open it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.ops.letters import outbox_folder
from kernel.tenancy.context import Actor
from tenants.access.resolver import can


@dataclass(frozen=True, slots=True)
class Item:
    """One entry: URL name, label, icon of the sprite, and the permission it takes (empty: every member)."""

    view: str
    label: str | Promise
    icon: str
    action: str = ""


OPERATE = (
    Item("ops:tenants", _("Tenants"), "building-2"),
    Item("ops:jobs", _("Jobs"), "activity"),
    Item("ops:audit", _("Platform audit"), "scroll-text"),
    Item("ops:operators", _("Operators"), "shield-check"),
    Item("ops:outbox", _("Mail outbox"), "mail"),
    Item("studio:index", _("Studio"), "server"),
)
WORK = (
    Item("org:home", _("Home"), "house"),
    Item("org:campaigns", _("Campaigns"), "megaphone", "campaign:view"),
    Item("org:products", _("Catalog"), "package", "catalog:view"),
)
ADMINISTRATION = (
    Item("org:people", _("People"), "users", "member:invite"),
    Item("org:audit", _("Audit"), "scroll-text", "audit:view"),
    Item("org:imports", _("Imports"), "upload", "import:run"),
    Item("org:tokens", _("API tokens"), "key-round", "token:create"),
)


def operator_groups(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the operators' navigation."""
    sends_mail = outbox_folder() is None
    return [_group(request, _("Operate"), [item for item in OPERATE if not (sends_mail and item.view == "ops:outbox")])]


def tenant_groups(request: HttpRequest, actor: Actor) -> list[dict[str, Any]]:
    """Return an organization's navigation, without what the person may not open."""
    groups = [
        _group(request, title, [item for item in items if not item.action or can(actor, item.action)])
        for title, items in ((_("Work"), WORK), (_("Administration"), ADMINISTRATION))
    ]
    return [group for group in groups if group["items"]]


def _group(request: HttpRequest, title: str | Promise, items: Any) -> dict[str, Any]:
    shown = [
        {"url": reverse(item.view), "label": item.label, "icon": item.icon, "count": None, "current": False}
        for item in items
    ]
    under = [entry for entry in shown if request.path.startswith(str(entry["url"]))]
    if under:
        max(under, key=lambda entry: len(str(entry["url"])))["current"] = True
    return {"title": title, "items": shown}
