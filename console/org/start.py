"""Where somebody lands who comes in without asking for a page."""

from django.urls import reverse

from kernel.tenancy.context import Actor
from kernel.tenancy.scope import scope
from tenants.access.resolver import may_some
from tenants.access.settings.queries import preferences_of
from tenants.records import Tenant

PAGES = {
    "campaigns": ("org:campaigns", "campaign:view"),
    "catalog": ("org:products", "catalog:view"),
    "assets": ("org:assets", "asset:view"),
}


def start_path(tenant: Tenant, actor: Actor, request_id: str) -> str:
    """Return the page that `actor` has chosen to start on, home where they may not open it (any more)."""
    with scope(tenant, actor=actor, source="console", request_id=request_id):
        view, action = PAGES.get(preferences_of(actor).start_page, ("org:home", ""))
        allowed = not action or may_some(actor, action)
    return reverse(view if allowed else "org:home")
