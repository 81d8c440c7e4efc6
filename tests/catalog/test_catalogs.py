"""Catalogs, labels, pictures and uses: what holds whoever asks."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.commands import create_campaign, create_creative, trash_campaign
from campaigns.models import CreativeProduct
from catalog.catalogs.commands import archive_catalog, change_catalog, create_catalog, reopen_catalog
from catalog.catalogs.default import default_catalog, legacy_catalog
from catalog.catalogs.queries import misfits_of
from catalog.commands import change_product, create_product, restore_product, trash_product
from catalog.labels.commands import archive_label, change_label, create_label
from catalog.labels.queries import label_uses
from catalog.models import Asset, AssetVersion, Catalog, Label, Product, ProductPicture
from catalog.pictures import set_pictures
from catalog.uses import uses_of
from kernel.errors import Conflict, Invalid, NotAllowed, PreconditionFailed
from kernel.ids import uuid7
from kernel.tenancy.context import Actor, Scope
from tests.access.conftest import person

SCHEMA = {"version": 1, "attributes": [{"key": "litres", "label": "Litres", "type": "number", "required": True}]}


@pytest.fixture
def owner(tenant: Scope) -> Actor:
    return person("owner")


@pytest.fixture
def marketer(tenant: Scope) -> Actor:
    return person("marketer")


def code(refusal: Any) -> Any:
    """The code of what was raised."""
    return refusal.value.code


def image(owner: Actor, name: str = "Front") -> AssetVersion:
    """A picture with one version, as far as rows go."""
    asset = Asset.objects.create(name=name, kind="image", owner_id=str(owner.user_id))
    version = AssetVersion.objects.create(
        asset=asset, n=1, sha256="0" * 64, source_sha256="0" * 64, size=1, stored_bytes=1, mime="image/png",
        file_name="front.png", storage_key="k", renditions={},
    )  # fmt: skip
    Asset.objects.filter(pk=asset.pk).update(current=version)
    return version


def test_the_first_catalog_is_the_default_until_another_is_made_it(owner: Actor) -> None:
    first = create_catalog(actor=owner, values={"name": "Drinks", "currency": "EUR"})
    second = create_catalog(actor=owner, values={"name": "Snacks"})
    assert [first.is_default, second.is_default] == [True, False]

    changed = change_catalog(actor=owner, catalog_id=second.pk, version=1, changes={"is_default": True})
    product = create_product(actor=owner, values={"name": "Bar"})

    assert (changed.is_default, product.catalog_id) == (True, second.pk)
    former = Catalog.objects.get(pk=first.pk)
    assert (former.is_default, former.row_version) == (False, 2)


def test_the_default_catalog_is_made_on_first_use(owner: Actor, marketer: Actor) -> None:
    product = create_product(actor=marketer, values={"name": "Oat drink"})

    assert (product.catalog.name, product.catalog.is_default) == ("Products", True)
    assert default_catalog().pk == product.catalog_id
    assert legacy_catalog().pk == legacy_catalog().pk != product.catalog_id


def test_a_name_is_given_once_while_it_is_in_use(owner: Actor) -> None:
    create_catalog(actor=owner, values={"name": "Default"})
    made = create_catalog(actor=owner, values={"name": "Drinks"})
    with pytest.raises(Conflict) as taken:
        create_catalog(actor=owner, values={"name": " drinks "})

    archived = archive_catalog(actor=owner, catalog_id=made.pk, version=1)
    again = create_catalog(actor=owner, values={"name": "drinks"})
    with pytest.raises(Conflict) as back:
        reopen_catalog(actor=owner, catalog_id=made.pk, version=archived.row_version)

    assert (code(taken), code(back), again.name) == ("name_taken", "name_taken", "drinks")


def test_the_default_catalog_is_not_archived_and_an_archived_one_takes_nothing(owner: Actor) -> None:
    first = create_catalog(actor=owner, values={"name": "Drinks"})
    second = create_catalog(actor=owner, values={"name": "Snacks"})
    archive_catalog(actor=owner, catalog_id=second.pk, version=1)

    with pytest.raises(Conflict) as refusal:
        archive_catalog(actor=owner, catalog_id=first.pk, version=1)
    with pytest.raises(Invalid) as unknown:
        create_product(actor=owner, values={"name": "Bar", "catalog_id": second.pk})

    assert code(refusal) == "catalog_is_default"
    assert [(error.pointer, error.code) for error in unknown.value.errors] == [("/catalog_id", "unknown_value")]
    assert not Product.objects.exists()


def test_only_who_may_define_makes_catalogs(owner: Actor, marketer: Actor) -> None:
    made = create_catalog(actor=owner, values={"name": "Drinks"})

    with pytest.raises(NotAllowed):
        create_catalog(actor=marketer, values={"name": "Mine"})
    with pytest.raises(NotAllowed):
        change_catalog(actor=marketer, catalog_id=made.pk, version=1, changes={"name": "Mine"})
    with pytest.raises(PreconditionFailed):
        change_catalog(actor=owner, catalog_id=made.pk, version=2, changes={"name": "Late"})

    assert list(Catalog.objects.values_list("name", flat=True)) == ["Drinks"]


def test_a_new_schema_changes_no_product_and_says_which_would_not_fit(owner: Actor, marketer: Actor) -> None:
    catalog = create_catalog(actor=owner, values={"name": "Drinks"})
    fits = create_product(actor=marketer, values={"name": "A", "attributes": {"litres": 1}})
    wrong = create_product(actor=owner, values={"name": "B", "attributes": {"litres": "much", "kept": 1}})

    found = misfits_of(actor=owner, catalog_id=catalog.pk, attributes=SCHEMA)
    with pytest.raises(NotAllowed):
        misfits_of(actor=marketer, catalog_id=catalog.pk, attributes=SCHEMA)
    change_catalog(actor=owner, catalog_id=catalog.pk, version=1, changes={"attributes": SCHEMA})

    assert (found.products, found.misfits, dict(found.by_attribute)) == (
        2, 1, {("/attributes/litres", "wrong_format"): 1},
    )  # fmt: skip
    assert [example.id for example in found.examples] == [wrong.pk]
    assert Product.objects.get(pk=wrong.pk).attributes == {"litres": "much", "kept": 1}
    assert change_product(actor=owner, product_id=wrong.pk, version=1, changes={"name": "C"}).name == "C"
    with pytest.raises(Invalid):
        change_product(actor=marketer, product_id=fits.pk, version=1, changes={"attributes": {}})


def test_a_number_is_given_once_in_a_catalog_outside_the_trash(owner: Actor, marketer: Actor) -> None:
    first = create_product(actor=owner, values={"name": "A", "sku": "OAT-1", "external_id": "x"})
    with pytest.raises(Conflict) as seen:
        create_product(actor=owner, values={"name": "B", "sku": "OAT-1"})
    with pytest.raises(Conflict) as unseen:
        create_product(actor=marketer, values={"name": "B", "external_id": "x"})
    other = create_catalog(actor=owner, values={"name": "Other"})
    create_product(actor=owner, values={"name": "C", "sku": "OAT-1", "catalog_id": other.pk})

    trash_product(actor=owner, product_id=first.pk, version=1)
    create_product(actor=owner, values={"name": "D", "sku": "OAT-1"})
    with pytest.raises(Conflict) as back:
        restore_product(actor=owner, product_id=first.pk, version=2)

    assert (code(seen), seen.value.extra["product_id"]) == ("sku_taken", str(first.pk))
    assert (code(unseen), unseen.value.extra["product_id"]) == ("external_id_taken", None)
    assert code(back) == "sku_taken"


def test_states_follow_the_table(owner: Actor) -> None:
    product = create_product(actor=owner, values={"name": "A", "status": "archived"})

    with pytest.raises(Conflict) as refusal:
        change_product(actor=owner, product_id=product.pk, version=1, changes={"status": "active"})

    assert (code(refusal), refusal.value.extra["allowed"]) == ("transition_not_allowed", ["draft"])
    assert Product.objects.get(pk=product.pk).row_version == 1


def test_a_product_in_use_is_not_trashed_and_says_where(owner: Actor, marketer: Actor) -> None:
    product = create_product(actor=owner, values={"name": "A"})
    mine = create_campaign(actor=owner, values={"name": "By product", "product_id": product.pk})
    hidden = create_campaign(actor=owner, values={"name": "By creative"})
    creative = create_creative(actor=owner, campaign_id=hidden.pk, values={"name": "Ad", "placement": "square"})
    CreativeProduct.objects.create(creative=creative, product=product)

    uses = uses_of(owner, product)
    with pytest.raises(Conflict) as refusal:
        trash_product(actor=owner, product_id=product.pk, version=1)
    assert [(use.kind, use.name) for use in uses.seen] == [("campaign", "By creative"), ("campaign", "By product")]
    assert (uses_of(marketer, product).seen, uses_of(marketer, product).hidden) == ([], 2)
    assert (code(refusal), len(refusal.value.extra["uses"])) == ("in_use", 2)

    for campaign in (mine, hidden):
        campaign.refresh_from_db()
        trash_campaign(actor=owner, campaign_id=campaign.pk, version=campaign.row_version)
    assert trash_product(actor=owner, product_id=product.pk, version=1).trashed_at is not None


def test_pictures_are_a_list_of_versions_or_of_what_is_current(owner: Actor, marketer: Actor) -> None:
    product, front, back = create_product(actor=owner, values={"name": "A"}), image(owner), image(owner, "Back")
    both: list[dict[str, Any]] = [
        {"asset_id": front.asset_id},
        {"asset_id": back.asset_id, "version_id": back.pk, "alt": "Behind"},
    ]

    changed = set_pictures(actor=owner, product_id=product.pk, version=1, pictures=both)
    same = set_pictures(actor=owner, product_id=product.pk, version=2, pictures=both)
    kept = {picture.asset_id: picture.pk for picture in product.pictures.all()}
    turned = set_pictures(actor=owner, product_id=product.pk, version=2, pictures=both[::-1])

    assert [changed.row_version, same.row_version, turned.row_version] == [2, 2, 3]
    stored = list(ProductPicture.objects.order_by("position").values_list("asset_id", "version_id", "alt", "pk"))
    assert stored == [
        (back.asset_id, back.pk, "Behind", kept[back.asset_id]),
        (front.asset_id, None, "", kept[front.asset_id]),
    ]


@pytest.mark.parametrize(
    ("make", "errors"),
    [
        (lambda a, b: [{"asset_id": uuid7()}], [("/pictures/0/asset_id", "unknown_value")]),
        (lambda a, b: [{"asset_id": a.asset_id}] * 2, [("/pictures/1/asset_id", "repeated")]),
        (
            lambda a, b: [{"asset_id": a.asset_id, "version_id": b.pk}],
            [("/pictures/0/version_id", "unknown_value")],
        ),
    ],
)
def test_pictures_that_can_not_be_are_told(owner: Actor, make: Any, errors: list[tuple[str, str]]) -> None:
    product, front, back = create_product(actor=owner, values={"name": "A"}), image(owner), image(owner, "Back")

    with pytest.raises(Invalid) as refusal:
        set_pictures(actor=owner, product_id=product.pk, version=1, pictures=make(front, back))

    assert [(error.pointer, error.code) for error in refusal.value.errors] == errors
    assert (ProductPicture.objects.count(), Product.objects.get().row_version) == (0, 1)


def test_a_label_is_one_word_in_any_case_and_archived_ones_stay_where_they_are(owner: Actor, marketer: Actor) -> None:
    label = create_label(actor=marketer, values={"name": "  Spring  sale ", "colour": "green"})
    product = create_product(actor=marketer, values={"name": "A", "label_ids": [label.pk, label.pk]})
    with pytest.raises(Conflict):
        create_label(actor=owner, values={"name": "SPRING SALE"})
    archived = archive_label(actor=owner, label_id=label.pk, version=1)

    kept = change_product(
        actor=marketer, product_id=product.pk, version=1, changes={"name": "B", "label_ids": [label.pk]}
    )
    with pytest.raises(Invalid) as refusal:
        create_product(actor=marketer, values={"name": "C", "label_ids": [label.pk]})

    assert (label.name, archived.row_version, kept.label_ids) == ("Spring sale", 2, [label.pk])
    assert [(error.pointer, error.code) for error in refusal.value.errors] == [("/label_ids/0", "unknown_value")]
    assert label_uses(actor=owner, ids=[label.pk])[label.pk].by_kind == {"catalog": 1}


def test_who_may_change_nothing_keeps_no_labels(owner: Actor) -> None:
    viewer = person("viewer")
    label = create_label(actor=owner, values={"name": "Spring"})

    with pytest.raises(NotAllowed):
        create_label(actor=viewer, values={"name": "Mine"})
    with pytest.raises(NotAllowed):
        change_label(actor=viewer, label_id=label.pk, version=1, changes={"name": "Mine"})

    assert list(Label.objects.values_list("name", flat=True)) == ["Spring"]


def test_uses_and_misfits_take_as_many_statements_for_one_as_for_many(owner: Actor) -> None:
    product = create_product(actor=owner, values={"name": "A"})

    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            uses_of(owner, product)
            misfits_of(actor=owner, catalog_id=product.catalog_id, attributes=SCHEMA)
        return len(captured)

    create_campaign(actor=owner, values={"name": "One", "product_id": product.pk})
    one = statements()
    for number in range(9):
        create_campaign(actor=owner, values={"name": str(number), "product_id": product.pk})
    Product.objects.bulk_create(
        Product(name="x", owner_id=str(owner.user_id), catalog_id=product.catalog_id) for _number in range(1000)
    )

    assert statements() == one
