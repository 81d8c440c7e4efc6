"""What the database itself refuses, whoever writes: a bulk import or psql just as the API."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from campaigns.models import Campaign
from catalog.catalogs.default import default_catalog
from catalog.models import Product
from kernel.ids import uuid7
from kernel.tenancy.context import Scope
from tenants.access.models import Owned

LATE, EARLY = datetime(2030, 2, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)


def required(model: type[Owned]) -> dict[str, Any]:
    """What every row of the model needs."""
    values: dict[str, Any] = {"name": "x", "owner_id": uuid7()}
    return values | {"catalog": default_catalog()} if model is Product else values


@pytest.mark.parametrize(
    ("model", "values", "constraint"),
    [
        (Campaign, {"name": ""}, "campaign_name_given"),
        (Campaign, {"status": "running"}, "campaign_status_known"),
        (Campaign, {"budget_micros": -1, "currency": "EUR"}, "campaign_budget_not_negative"),
        (Campaign, {"budget_micros": 1}, "campaign_budget_has_currency"),
        (Campaign, {"currency": "eur"}, "campaign_currency_code"),
        (Campaign, {"starts_at": LATE, "ends_at": EARLY}, "campaign_ends_after_start"),
        (Campaign, {"legacy_id": "1"}, "campaign_legacy_pair"),
        (Campaign, {"row_version": 0}, "campaign_version_positive"),
        (Product, {"name": ""}, "product_name_given"),
        (Product, {"status": "gone"}, "product_status_known"),
        (Product, {"price_micros": -1, "currency": "EUR"}, "product_price_not_negative"),
        (Product, {"price_micros": 1}, "product_price_has_currency"),
        (Product, {"currency": "EURO"[:3].lower()}, "product_currency_code"),
    ],
)
def test_a_wrong_row_is_refused(tenant: Scope, model: type[Owned], values: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        model._default_manager.create(**required(model) | values)

    assert not model._default_manager.exists()


@pytest.mark.parametrize("model", [Campaign, Product])
def test_a_legacy_row_comes_once(tenant: Scope, model: type[Owned]) -> None:
    legacy = required(model) | {"legacy_source": "browser", "legacy_id": "1744500000000"}
    model._default_manager.create(**legacy)

    with pytest.raises(IntegrityError, match="legacy_unique"), transaction.atomic():
        model._default_manager.create(**legacy)

    model._default_manager.create(**legacy | {"legacy_source": "other browser"})
    assert model._default_manager.count() == 2


def test_a_deleted_product_leaves_its_campaigns(tenant: Scope) -> None:
    product = Product.objects.create(catalog=default_catalog(), name="Oat drink", owner_id=uuid7())
    campaign = Campaign.objects.create(name="Spring", owner_id=uuid7(), product=product)

    product.delete()

    campaign.refresh_from_db()
    assert campaign.product_id is None
