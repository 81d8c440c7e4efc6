"""What a campaign must be like, whoever writes it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from campaigns.models import Campaign
from catalog.models import Product
from catalog.rules import check_money
from kernel.errors import FieldError, Invalid
from kernel.tenancy.context import Actor
from tenants.access.resolver import visible

EDITABLE = frozenset(
    {"name", "objective", "starts_at", "ends_at", "budget_micros", "currency", "product_id", "data", "status"}
)


def check_campaign(values: Mapping[str, Any]) -> None:
    """Raise Invalid with everything that is wrong with `values`, a campaign's fields as they would be stored."""
    errors = [
        FieldError(f"/{name}", "unknown_field", _("There is no such field.")) for name in values if name not in EDITABLE
    ]
    if not str(values.get("name", "")).strip():
        errors.append(FieldError("/name", "required", _("Give it a name.")))
    if values.get("objective") and values["objective"] not in Campaign.Objective.values:
        errors.append(FieldError("/objective", "unknown_value", _("There is no such objective.")))
    if values.get("status", "draft") not in Campaign.Status.values:
        errors.append(FieldError("/status", "unknown_value", _("There is no such status.")))
    starts, ends = values.get("starts_at"), values.get("ends_at")
    if starts and ends and ends < starts:
        errors.append(FieldError("/ends_at", "out_of_range", _("It can't end before it starts.")))
    errors += check_money(values, "budget_micros")
    if errors:
        raise Invalid(errors=errors)


def check_product_choice(actor: Actor, values: Mapping[str, Any]) -> None:
    """Raise Invalid when `values` name a product that `actor` can't see or that is in the trash."""
    wanted = values.get("product_id")
    if wanted is None:
        return
    if not visible(actor, "catalog:view", Product).filter(pk=wanted, trashed_at=None).exists():
        raise Invalid(errors=[FieldError("/product_id", "unknown_value", _("There is no such product."))])
