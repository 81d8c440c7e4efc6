"""The way around: an entry stands here when its page works, and shows when the person may open it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.ops.letters import outbox_folder
from kernel.tenancy.context import Actor, current
from tenants.access.resolver import may_some


@dataclass(frozen=True, slots=True)
class Item:
    """One entry: URL name, label, icon of the sprite, and the permission it takes (empty: every member).

    `area` is where its further pages are, unless they stand under its own address.
    """

    view: str
    label: str | Promise
    icon: str
    action: str = ""
    area: str = ""


OPERATE = (
    Item("ops:tenants", _("Tenants"), "building-2", area="/tenants/"),
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
    Item("org:labels", _("Labels"), "list-checks"),
    Item("org:assets", _("Assets"), "image", "asset:view"),
)
ADMINISTRATION = (
    Item("org:people", _("People"), "users", "member:view"),
    Item("org:teams", _("Teams"), "users", "member:view"),
    Item("org:roles", _("Roles & access"), "shield-check", "member:view"),
    Item("org:audit", _("Audit"), "scroll-text", "audit:view"),
    Item("org:imports", _("Imports"), "upload", "import:run"),
    Item("org:tokens", _("API tokens"), "key-round", "token:create"),
    Item("org:settings", _("Organization"), "building-2", "organization:settings"),
    Item("org:security", _("Sign-in policy"), "lock", "organization:settings"),
)


def operator_groups(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the operators' navigation."""
    sends_mail = outbox_folder() is None
    items = [item for item in OPERATE if not (sends_mail and item.view == "ops:outbox")]
    return with_current(request, [group(_("Operate"), items)])


def tenant_groups(request: HttpRequest, actor: Actor) -> list[dict[str, Any]]:
    """Return an organization's navigation, without what the person may not open.

    Empty where no scope is open, on pages about coming in and after a failure: rights can't be read there.
    """
    if current() is None:
        return []
    groups = [
        group(title, [item for item in items if not item.action or may_some(actor, item.action)])
        for title, items in ((_("Work"), WORK), (_("Administration"), ADMINISTRATION))
    ]
    return with_current(request, [shown for shown in groups if shown["items"]])


def group(title: str | Promise, items: Iterable[Item]) -> dict[str, Any]:
    """Return entries under a title, as the frame shows them."""
    return {"title": title, "items": [_entry(item) for item in items]}


def with_current(request: HttpRequest, groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Mark the one entry, of all groups, that the page stands under."""
    under = [entry for shown in groups for entry in shown["items"] if _is_under(request.path, entry)]
    if under:
        max(under, key=lambda entry: len(entry["url"]))["current"] = True
    return groups


def _entry(item: Item) -> dict[str, Any]:
    url = reverse(item.view)
    area = item.area or url
    return {"url": url, "area": area, "label": item.label, "icon": item.icon, "count": None, "current": False}


def _is_under(path: str, entry: dict[str, Any]) -> bool:
    """Of the start page's area is only itself: every address begins with its own."""
    return path == entry["url"] or (entry["area"] != "/" and path.startswith(entry["area"]))
