"""A made-up localStorage dump of any size, written row by row: memory stays flat however large it gets.

It is double-encoded, as a browser's storage is when it is saved: the values are texts of JSON inside a JSON object.
"""

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TextIO

_NAMELESS_EVERY: Final = 250
_REPEATED_EVERY: Final = 400
_CAMPAIGNS_PER_PRODUCT: Final = 100
_FIRST: Final = datetime(2024, 3, 1, 9, 0, tzinfo=UTC)
_STEP: Final = timedelta(seconds=97, milliseconds=3)
_BRANDS: Final = ("Alder & Co", "Blue Harbour", "Copper Kettle", "Drift", "Ember Lane", "Fennel", "Gale", "Hollow Oak")
_GOODS: Final = ("Oat Drink", "Lentil Chips", "Rye Crackers", "Iced Tea", "Bean Stew", "Nut Bar", "Herbal Rinse")
_SEASONS: Final = ("Spring", "Summer", "Autumn", "Winter", "Harvest", "Midweek", "Weekend", "Holiday")
_LINES: Final = (
    "Made for slow mornings and busy afternoons.",
    "A quiet classic, now in a pack that closes again.",
    "Half the sugar, all of the crunch, none of the fuss.",
    "Bring one to share; you will be asked for the recipe.",
)
_REGIONS: Final = ("boston", "chicago", "dallas", "los_angeles", "philadelphia", "san_francisco", "washington_dc")
_SHOPS: Final = ("kroger", "publix", "sprouts", "target", "walmart")
_PEOPLE: Final = ("at_home_chef", "dink", "working_parent")
_SIZES: Final = ("300x250", "320x50", "320x400", "728x90")
_PICTURE: Final = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


@dataclass(frozen=True, slots=True)
class Dump:
    """A written dump and what an import must make of it."""

    path: Path
    rows: int
    products: int
    created: int
    duplicate: int
    rejected: int


def write_dump(path: Path, campaigns: int) -> Dump:
    """Write a dump with that many rows under `campaigns` and a hundredth of it under `products`.

    One campaign in 250 has no name anywhere and one in 400 says again what the row before said; all others are clean.
    The same arguments always give the same bytes.
    """
    products = max(1, campaigns // _CAMPAIGNS_PER_PRODUCT)
    numbers = range(campaigns)
    rejected = sum(_is_nameless(number) for number in numbers)
    duplicate = sum(_is_repeated(number) for number in numbers)
    with path.open("w", encoding="utf-8") as file:
        file.write('{"darkMode": "dark", "products": "')
        _write_list(file, (_product(number) for number in range(products)))
        file.write('", "campaigns": "')
        _write_list(file, _campaigns(campaigns, products))
        file.write('"}')
    return Dump(path, campaigns, products, campaigns - rejected - duplicate, duplicate, rejected)


def _write_list(file: TextIO, rows: Iterable[dict[str, Any]]) -> None:
    file.write("[")
    for number, row in enumerate(rows):
        file.write("," if number else "")
        file.write(json.dumps(json.dumps(row, ensure_ascii=False))[1:-1])
    file.write("]")


def _is_nameless(number: int) -> bool:
    return number % _NAMELESS_EVERY == _NAMELESS_EVERY - 1


def _is_repeated(number: int) -> bool:
    return number % _REPEATED_EVERY == _REPEATED_EVERY - 2


def _campaigns(count: int, products: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(count)  # noqa: S311 - no secret
    row: dict[str, Any] = {}
    for number in range(count):
        repeated = _is_repeated(number)
        row = row if repeated else _campaign(number, products, chance)
        yield row if repeated or not _is_nameless(number) else row | {"name": ""}


def _campaign(number: int, products: int, chance: random.Random) -> dict[str, Any]:
    made = _FIRST + number * _STEP
    about = number % products
    place = f"https://shop.example.test/{_BRANDS[about % len(_BRANDS)].split()[0].lower()}/{about}"
    return {
        "id": _clock(made),
        "name": f"{chance.choice(_SEASONS)} push {number}",
        "status": "Draft",
        "info": True,
        "created": f"{made.month}/{made.day}/{made.year}",
        "type": chance.choice(("Add to Cart", "Where to Buy")),
        "budget": "$0.00",
        "starts": "Not Set",
        "ends": "Not Set",
        "productId": _product_id(about),
        "adData": {
            "type": "product",
            "sourceUrl": place,
            "imageUrl": f"{place}/front.jpg",
            "title": chance.choice(_LINES),
            "description": f"{chance.choice(_LINES)} {chance.choice(_LINES)}",
            "audience": {
                "type": chance.choice(_PEOPLE),
                "dietOverlay": [],
                "specificRetailers": chance.sample(_SHOPS, 2),
                "specificRegions": chance.sample(_REGIONS, chance.randrange(4)),
            },
            "headline": f"{chance.choice(_LINES)} “{number}”",
            "adSize": chance.choice(_SIZES),
            "ctaType": "text",
            "ctaText": chance.choice(("Buy now", "Learn more", "Find a shop")),
            "clickUrl": f"{place}?utm_source=social_media&utm_campaign=c{number}",
            "whereToBuy": {"enabled": False, "buyOnlineUrl": "#", "findInStoreUrl": "#"},
        },
    }


def _product(number: int) -> dict[str, Any]:
    made = _FIRST - timedelta(days=30) + number * _STEP
    name = f"{_GOODS[number % len(_GOODS)]} {number}"
    moment = made.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return {
        "id": _product_id(number),
        "name": name,
        "description": _LINES[number % len(_LINES)],
        "brand": _BRANDS[number % len(_BRANDS)],
        "category": "snacks",
        "productUrl": f"https://shop.example.test/p/{number}",
        "utmCodes": {"source": "social", "medium": "", "campaign": "", "term": "", "content": ""},
        "metadata": {"sku": f"BN-{number:06}", "tags": [], "retailerUrls": []},
        "status": "Active",
        "images": [{"id": f"{_product_id(number)}.1", "url": _PICTURE, "fileName": "front.png", "isPrimary": True}],
        "created": moment,
        "updated": moment,
    }


def _product_id(number: int) -> str:
    return _clock(_FIRST - timedelta(days=30) + number * _STEP)


def _clock(moment: datetime) -> str:
    """A time as the former application made ids of it: milliseconds since 1970."""
    return str(int(moment.timestamp() * 1000))
