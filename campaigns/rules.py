"""What a campaign must be like, whoever writes it."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from campaigns.documents import check_channels, check_data, check_targeting
from campaigns.models import Campaign
from campaigns.utm import check_utm
from catalog.models import Product
from catalog.rules import check_money
from kernel.errors import FieldError, Invalid
from kernel.tenancy.context import Actor
from tenants.access.resolver import visible

EDITABLE: Final = frozenset(
    {
        "name",
        "objective",
        "channels",
        "label_ids",
        "starts_at",
        "ends_at",
        "budget_kind",
        "budget_micros",
        "spend_cap_micros",
        "currency",
        "product_id",
        "utm",
        "targeting",
        "is_template",
        "data",
    }
)
_DOCUMENTS: Final = {
    "channels": check_channels,
    "utm": check_utm,
    "targeting": check_targeting,
    "data": check_data,
}


def check_campaign(values: Mapping[str, Any], *, sent: Mapping[str, Any] | None = None) -> None:
    """Raise Invalid with everything that is wrong with `values`, a campaign's fields as they would be stored.

    With `sent`, documents are checked only where they are in it: what an import kept as it was must not refuse the
    change of something else.
    """
    errors = [
        FieldError(f"/{name}", "unknown_field", _("There is no such field.")) for name in values if name not in EDITABLE
    ]
    if not str(values.get("name", "")).strip():
        errors.append(FieldError("/name", "required", _("Give it a name.")))
    if values.get("objective") and values["objective"] not in Campaign.Objective.values:
        errors.append(FieldError("/objective", "unknown_value", _("There is no such objective.")))
    if values.get("budget_kind") and values["budget_kind"] not in Campaign.BudgetKind.values:
        errors.append(FieldError("/budget_kind", "unknown_value", _("A budget is daily or for the lifetime.")))
    starts, ends = values.get("starts_at"), values.get("ends_at")
    if starts and ends and ends < starts:
        errors.append(FieldError("/ends_at", "out_of_range", _("It can't end before it starts.")))
    errors += check_money(values, "budget_micros")
    errors += _cap_errors(values)
    checked = values if sent is None else sent
    for name, check in _DOCUMENTS.items():
        errors += check(checked[name]) if name in checked else []
    if errors:
        raise Invalid(errors=errors)


def check_product_choice(actor: Actor, values: Mapping[str, Any]) -> None:
    """Raise Invalid when `values` name a product that `actor` can't see or that is in the trash."""
    wanted = values.get("product_id")
    if wanted is None:
        return
    if not visible(actor, "catalog:view", Product).filter(pk=wanted, trashed_at=None).exists():
        raise Invalid(errors=[FieldError("/product_id", "unknown_value", _("There is no such product."))])


def _cap_errors(values: Mapping[str, Any]) -> list[FieldError]:
    cap = values.get("spend_cap_micros")
    if cap is None:
        return []
    if cap < 0:
        return [FieldError("/spend_cap_micros", "out_of_range", _("An amount can't be negative."))]
    return [] if values.get("currency") else [FieldError("/currency", "required", _("An amount needs a currency."))]
