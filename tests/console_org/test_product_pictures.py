"""The page on which a product's pictures are chosen."""

import pytest
from django.test import Client

from catalog.models import ProductPicture
from kernel.tenancy.scope import scope
from tests.console_org.desk import House, queries_of
from tests.console_org.test_catalog import picture, stored


@pytest.mark.parametrize("version", ["abc", "", "0", "9" * 30])
def test_a_version_that_is_none_changes_nothing(client: Client, house: House, version: str) -> None:
    product, red = house.product(), picture(house)

    answer = client.post(f"/catalog/{product.pk}/pictures/", {"version": version, "add": [str(red.asset_id)]})

    assert answer.status_code == 422
    assert stored(house, product).row_version == 1


def test_it_takes_as_many_statements_for_one_picture_as_for_eleven(client: Client, house: House) -> None:
    product, found = house.product(), [picture(house, f"#0000{n:02x}") for n in range(11)]
    rows = [ProductPicture(product=product, asset=version.asset, position=n) for n, version in enumerate(found)]
    with scope(house.tenant, actor=house.actors["owner"], source="console"):
        rows[0].save()
    alone = queries_of(client, f"/catalog/{product.pk}/pictures/")
    with scope(house.tenant, actor=house.actors["owner"], source="console"):
        ProductPicture.objects.bulk_create(rows[1:])

    assert queries_of(client, f"/catalog/{product.pk}/pictures/") == alone


def test_versions_of_a_picture_out_of_sight_are_not_listed(client: Client, house: House) -> None:
    follows, pinned = picture(house, "red"), picture(house, "blue")
    product = house.product("marketer")
    with scope(house.tenant, actor=house.actors["owner"], source="console"):
        ProductPicture.objects.create(product=product, asset=follows.asset, position=0)
        ProductPicture.objects.create(product=product, asset=pinned.asset, version=pinned, position=1)

    def offered(who: Client) -> list[list[str]]:
        rows = who.get(f"/catalog/{product.pk}/pictures/").context["rows"]
        return [[str(words) for _value, words in row["form"].fields["version_id"].choices] for row in rows]

    assert offered(client) == [
        ["The current one, always", "1 · red.png"], ["The current one, always", "1 · blue.png"],
    ]  # fmt: skip
    assert offered(house.client("marketer")) == [["The current one, always"], ["The current one, always", "1"]]
