"""The side navigation of a person's own account: an entry stands here when its page works."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from console.navigation import Item, group, with_current

ACCOUNT = (
    Item("public:account", _("Profile"), "user"),
    Item("public:account-email", _("E-mail"), "mail"),
    Item("public:account-password", _("Password"), "lock"),
)
SECURITY: tuple[Item, ...] = (
    Item("public:account-security", _("Second factor"), "shield-check"),
    Item("public:account-sessions", _("Sessions"), "globe"),
)


def account_groups(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the navigation of the account pages."""
    groups = [group(title, items) for title, items in ((_("Your account"), ACCOUNT), (_("Security"), SECURITY))]
    return with_current(request, [shown for shown in groups if shown["items"]])
