"""The pages of "Roles & access" as tabs. Load them with `{% load access_area %}`."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.guards import actor_of
from tenants.access.resolver import MEMBER, may_some

register = template.Library()


@dataclass(frozen=True, slots=True)
class Tab:
    """One page of the area; `key` is how its template says that it is open."""

    key: str
    label: Promise
    view: str
    query: str = ""


TABS = (
    Tab("roles", _("Role matrix"), "org:roles"),
    Tab("grants", _("Object grants"), "org:grants"),
    Tab("explain", _("Access explainer"), "org:explain"),
    Tab("history", _("Change history"), "org:audit", "?object_type=role"),
)


@register.simple_tag(takes_context=True)
def access_tabs(context: template.Context, current: str) -> list[dict[str, Any]]:
    """Return those pages that exist and that the person may open, as console/parts/tabs.html shows them."""
    actor = actor_of(context["request"])
    found = []
    for tab in TABS:
        try:
            url = reverse(tab.view)
        except NoReverseMatch:
            continue
        needs = getattr(resolve(url).func, "needs", MEMBER)
        if needs == MEMBER or may_some(actor, needs):
            found.append({"label": tab.label, "url": url + tab.query, "current": tab.key == current, "count": None})
    return found
