"""Rows of `products`: the form's, both sample loaders' and hand-made ones."""

from typing import Final

from campaigns.legacy.fields import (
    Reading,
    identity,
    iso,
    made_at,
    micros,
    moment,
    name_of,
    plain_text,
    without_empty,
)
from campaigns.legacy.pictures import Pictures
from campaigns.legacy.shapes import MOST_NAME, Shaped
from campaigns.legacy.vocabulary import CATEGORIES, OUR_PRODUCT_STATUSES, PRODUCT_STATUSES

_OF_THE_MOMENT: Final = frozenset({"id", "created", "updated"})


def shape_product(row: dict[str, object], pictures: Pictures) -> Shaped:
    """Return a product row in our shape."""
    legacy_id, id_note = identity(row.get("id"))
    if not legacy_id:
        return Shaped(reason=id_note, payload=row)
    name, _which = name_of(row.get("name"))
    if not name:
        return Shaped(legacy_id, reason="missing_name", payload=row)
    reading = Reading(row)
    if id_note:
        reading.warn(id_note)
    payload = _payload(reading, legacy_id, name)
    warn_of_pictures(reading, pictures)
    return Shaped(
        legacy_id,
        name=name[:MOST_NAME],
        sku=str(payload["sku"]).strip(),
        twin={field: value for field, value in row.items() if field not in _OF_THE_MOMENT},
        beside={field: value for field, value in row.items() if field in _OF_THE_MOMENT},
        payload=payload,
        warnings=frozenset(reading.warnings),
    )


def warn_of_pictures(reading: Reading, pictures: Pictures) -> None:
    """Say which pictures of the row can't be brought over."""
    if pictures.missed:
        reading.warn("image_lost")
    if pictures.has("refused"):
        reading.warn("image_type_refused")
    if pictures.has("undecodable"):
        reading.warn("image_undecodable")


def _payload(reading: Reading, legacy_id: str, name: str) -> dict[str, object]:
    reading.take("id")
    raw_name = reading.take("name")
    if isinstance(raw_name, str) and raw_name != raw_name.strip():
        reading.warn("name_trimmed")
    if len(name) > MOST_NAME:
        reading.warn("text_cut")
        reading.rest["name"] = name
    category = reading.text("category", 120)
    if category not in CATEGORIES:
        reading.warn("category_unknown")
    created = moment(reading.rest.get("created"))
    if created is None:
        reading.warn("created_bad")
    reading.take("created")
    updated = moment(reading.rest.get("updated"))
    if updated:
        reading.take("updated")
    metadata = Reading(reading.part("metadata"), reading.warnings)
    sku = metadata.text("sku", 80) or reading.text("sku", 80)
    price, currency = _price(reading)
    address = reading.web_address("productUrl") or reading.web_address("url")
    made = made_at(legacy_id) or created
    return {
        "name": name[:MOST_NAME],
        "brand": reading.text("brand", 120),
        "category": category,
        "description": reading.text("description", 20_000),
        "url": address,
        "sku": sku,
        "status": reading.status(PRODUCT_STATUSES, OUR_PRODUCT_STATUSES),
        "price_micros": price,
        "currency": currency,
        "created_at": iso(made),
        "updated_at": iso(updated if updated and (not made or updated >= made) else made),
        "data": without_empty(
            (
                ("images", _images(reading)),
                ("utm", _utm(reading.part("utmCodes"))),
                ("settings", reading.part("settings")),
                ("tags", metadata.items("tags")),
                ("retailer_urls", metadata.items("retailerUrls")),
                ("metadata", metadata.rest),
                ("legacy", reading.rest),
            )
        ),
    }


def _price(reading: Reading) -> tuple[int | None, str]:
    value = reading.rest.get("price")
    if plain_text(value) in (None, ""):
        return None, ""
    if isinstance(value, str):
        reading.warn("price_text")
    amount = micros(value)
    if amount is None:
        reading.warn("price_unreadable")
        return None, ""
    reading.take("price")
    return amount


def _images(reading: Reading) -> list[object]:
    """Take the pictures; where several are the primary one, the first stays it."""
    images = reading.items("images")
    primary = [image for image in images if isinstance(image, dict) and image.get("isPrimary") is True]
    if len(primary) < 2:
        return images
    reading.warn("several_primary")
    return [
        image | {"isPrimary": image is primary[0]} if isinstance(image, dict) and image in primary else image
        for image in images
    ]


def _utm(codes: dict[str, object]) -> dict[str, object]:
    return without_empty((name.removeprefix("utm_"), value) for name, value in codes.items())
