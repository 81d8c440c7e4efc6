"""What a product must be like, also where no schema stands before the command."""

from typing import Any

import pytest

from catalog.commands import change_product, create_product
from catalog.models import Product
from kernel.errors import Invalid, NotAllowed, PreconditionFailed
from kernel.tenancy.context import SYSTEM, Actor, Scope
from tests.access.conftest import person


@pytest.fixture
def marketer(tenant: Scope) -> Actor:
    return person("marketer")


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({}, [("/name", "required")]),
        ({"name": "  "}, [("/name", "required")]),
        ({"name": "x", "url": "ftp://example.test"}, [("/url", "wrong_format")]),
        ({"name": "x", "status": "gone"}, [("/status", "unknown_value")]),
        ({"name": "x", "price_micros": -1, "currency": "EUR"}, [("/price_micros", "out_of_range")]),
        ({"name": "x", "price_micros": 1, "currency": ""}, [("/currency", "required")]),
        ({"name": "x", "currency": "eur"}, [("/currency", "wrong_format")]),
        ({"name": "x", "attributes": {"text": "x" * 262_144}}, [("/attributes", "too_large")]),
        ({"name": "x", "data": {"text": "x" * 262_144}}, [("/data", "too_large")]),
        ({"name": "x", "owner_id": "me"}, [("/owner_id", "unknown_field")]),
    ],
)
def test_a_wrong_product_is_told_and_not_made(
    marketer: Actor, values: dict[str, Any], errors: list[tuple[str, str]]
) -> None:
    with pytest.raises(Invalid) as refusal:
        create_product(actor=marketer, values=values)

    assert [(error.pointer, error.code) for error in refusal.value.errors] == errors
    assert not Product.objects.exists()


def test_a_change_names_the_version_it_saw(marketer: Actor) -> None:
    product = create_product(actor=marketer, values={"name": "Oat drink"})

    changed = change_product(actor=marketer, product_id=product.pk, version=1, changes={"brand": "Northfield"})
    with pytest.raises(PreconditionFailed):
        change_product(actor=marketer, product_id=product.pk, version=1, changes={"brand": "Other"})

    assert (changed.row_version, changed.brand) == (2, "Northfield")
    stored = Product.objects.get(pk=product.pk)
    assert (stored.row_version, stored.brand, stored.updated_at) == (2, "Northfield", changed.updated_at)


def test_the_system_owns_nothing(tenant: Scope) -> None:
    with pytest.raises(NotAllowed):
        create_product(actor=SYSTEM, values={"name": "x"})
