"""Codes of the campaigns' rules as people read them."""

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: Mapping[str, str | Promise] = {
    "not_launched": _("Not launched yet"),
    "is_template": _("A template never runs"),
    "not_started": _("Its start is still to come"),
    "start_blocked": _("Its start was blocked"),
    "paused": _("Somebody paused it"),
    "ended": _("It has ended"),
    "end_past": _("Its end is past"),
    "archived": _("It is archived"),
    "no_creatives": _("It has no creative"),
    "creatives_paused": _("All its creatives are paused"),
    "headline_missing": _("A creative has no headline"),
    "final_url_missing": _("A creative leads nowhere"),
    "picture_missing": _("A creative has no picture"),
    "asset_missing": _("A picture is archived or in the trash"),
    "asset_rights_expired": _("The rights to a picture have ended"),
    "asset_rights_ending": _("The rights to a picture end soon"),
    "product_missing": _("A product is archived or in the trash"),
}
# These say no more than the status itself.
SILENT = frozenset({"not_launched", "paused", "ended", "archived", "not_started"})
FIELDS: Mapping[str, str | Promise] = {
    "name": _("Name"),
    "objective": _("Objective"),
    "channels": _("Channels"),
    "starts_at": _("Starts"),
    "ends_at": _("Ends"),
    "budget_kind": _("Budget is"),
    "budget_micros": _("Budget"),
    "spend_cap_micros": _("Spend cap"),
    "currency": _("Currency"),
    "product_id": _("Main product"),
    "utm": _("UTM parameters"),
    "targeting": _("Targeting"),
    "data": _("Other data"),
    "placement": _("Placement"),
    "status": _("State"),
    "headline": _("Headline"),
    "body": _("Text"),
    "cta": _("Call to action"),
    "final_url": _("Final URL"),
    "layout": _("Layout"),
    "position": _("Position"),
    "assets": _("Pictures"),
    "products": _("Products"),
}


def reasons_in_words(codes: Iterable[str]) -> list[str]:
    """Return why a campaign is in its effective status; nothing that the status says already."""
    return [str(REASONS.get(code, code.replace("_", " "))) for code in codes if code not in SILENT]
