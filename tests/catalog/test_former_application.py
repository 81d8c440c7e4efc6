"""What the former application held comes into a catalog of its own, each number once."""

from typing import Any

from campaigns.legacy.models import ImportRow
from catalog.models import Product
from tests.catalog.shop import OWNER, Shop
from tests.legacy.importing import Importer


def row(legacy_id: str, name: str, sku: str, **more: Any) -> dict[str, Any]:
    """A product as the former application kept it."""
    return {"id": legacy_id, "name": name, "category": "snacks", "status": "active", "metadata": {"sku": sku}} | more


def test_a_repeated_number_stays_with_the_first_and_is_remembered_by_the_others(shop: Shop) -> None:
    importer = Importer(shop.organization, OWNER)
    dump = {
        "products": [
            row("1750046400001", "First", "PO-1"),
            row("1750046400002", "Second", "PO-1", odd={"kept": 1}),
            row("1750046400003", "Third", ""),
        ]
    }

    batch = importer.whole(dump)
    again = importer.whole({"products": [row("1750046400004", "Later", "PO-1")]})

    with shop.scope():
        rows = Product.objects.filter(legacy_source="browser").order_by("legacy_id").select_related("catalog")
        found = {str(product.legacy_id): product for product in rows}
        warned = ImportRow.objects.filter(batch_id=batch.id, warnings__contains=["sku_repeats"]).count()
    products = list(found.values())
    assert [(product.name, product.sku) for product in products] == [
        ("First", "PO-1"), ("Second", ""), ("Third", ""), ("Later", ""),
    ]  # fmt: skip
    assert products[1].data["legacy"]["sku"] == products[3].data["legacy"]["sku"] == "PO-1"
    assert products[1].data["legacy"]["odd"] == {"kept": 1}
    assert "sku" not in products[0].data.get("legacy", {})
    assert {(product.catalog.name, product.catalog.source) for product in products} == {
        ("Former campaign builder", "legacy")
    }
    assert (batch.applied, again.applied, warned) == (3, 1, 1)
