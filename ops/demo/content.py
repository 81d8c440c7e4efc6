"""Made-up people, products and campaigns of an outdoor shop: clean data to look around in."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody to sign in as."""

    name: str
    email: str
    role: str


@dataclass(frozen=True, slots=True)
class DemoCampaign:
    """A campaign; `path` is the statuses it passes after draft, days are counted from today."""

    name: str
    product: str
    objective: str
    budget: int
    starts_in: int
    days: int
    owner: str
    path: tuple[str, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)


OPERATOR = DemoPerson("Dana Okafor", "dana@operators.example", "operator")
PASSWORD = "campaign-builder-demo"  # noqa: S105  printed on the screen, only ever set in the demo
NORTHWIND = "Northwind Outdoor"
NORTHWIND_ADMIN = DemoPerson("Mira Lindqvist", "mira@northwind.example", "owner")
NORTHWIND_PEOPLE = (
    DemoPerson("Tom Hale", "tom@northwind.example", "manager"),
    DemoPerson("Ana Ruiz", "ana@northwind.example", "marketer"),
    DemoPerson("Priya Shah", "priya@northwind.example", "analyst"),
    DemoPerson("Leo Brandt", "leo@northwind.example", "viewer"),
    DemoPerson("Noor Haddad", "noor@fjordstudio.example", "viewer"),
)
JUNIPER = "Juniper Pantry"
JUNIPER_ADMIN = DemoPerson("Sol Marchetti", "sol@juniper.example", "owner")

PRODUCTS: tuple[dict[str, Any], ...] = tuple(
    {
        "name": name,
        "sku": sku,
        "brand": brand,
        "category": category,
        "description": text,
        "url": f"https://shop.northwind.example/p/{sku.lower()}",
        "price_micros": price * 10_000,
        "currency": "EUR",
        "status": status,
    }
    for name, sku, brand, category, text, price, status in (
        (
            "Fjell 45 trekking pack",
            "NW-PK-045",
            "Northwind",
            "packs",
            "45 litres, 1.3 kg, rain cover.",
            18900,
            "active",
        ),
        ("Fjell 28 day pack", "NW-PK-028", "Northwind", "packs", "28 litres with a ventilated back.", 11900, "active"),
        ("Ridgeline two-person tent", "NW-TN-002", "Ridgeline", "tents", "Free-standing, 2.1 kg.", 34900, "active"),
        ("Ridgeline solo bivy", "NW-TN-001", "Ridgeline", "tents", "One person, 890 g.", 21900, "active"),
        ("Loam trail shoe", "NW-SH-110", "Loam", "footwear", "Grippy on wet rock.", 13900, "active"),
        ("Loam approach shoe", "NW-SH-120", "Loam", "footwear", "For the path to the wall.", 15900, "draft"),
        ("Ember down jacket", "NW-JK-300", "Ember", "jackets", "800 fill, packs into its pocket.", 24900, "active"),
        ("Ember rain shell", "NW-JK-210", "Ember", "jackets", "Three layers, taped seams.", 19900, "active"),
        ("Tarn 1 l bottle", "NW-BT-010", "Tarn", "drinkware", "Steel, double wall.", 3290, "active"),
        ("Tarn 0.5 l bottle", "NW-BT-005", "Tarn", "drinkware", "Steel, fits a side pocket.", 2490, "active"),
        ("Cairn head torch", "NW-LT-400", "Cairn", "lights", "400 lumen, charges by cable.", 5490, "active"),
        ("Cairn lantern (2023)", "NW-LT-100", "Cairn", "lights", "Replaced by the head torch set.", 3990, "archived"),
    )
)

CAMPAIGNS = (
    DemoCampaign("Winter layers", "NW-JK-300", "conversions", 18_000, -12, 45, "ana", ("active",)),
    DemoCampaign("Rain or shine", "NW-JK-210", "traffic", 6_500, -30, 60, "ana", ("active", "paused")),
    DemoCampaign("Pack light", "NW-PK-028", "awareness", 9_000, 10, 30, "ana", ("scheduled",)),
    DemoCampaign("First tent, first night", "NW-TN-002", "conversions", 14_000, 35, 28, "tom", ("scheduled",)),
    DemoCampaign("Long evenings", "NW-LT-400", "engagement", 4_200, -75, 40, "tom", ("active", "ended")),
    DemoCampaign(
        "Refill, don't rebuy", "NW-BT-010", "awareness", 3_000, -140, 60, "mira", ("active", "ended", "archived")
    ),
    DemoCampaign("Solo season", "NW-TN-001", "traffic", 7_500, 60, 30, "ana"),
    DemoCampaign("Approach", "NW-SH-120", "awareness", 5_000, 90, 21, "ana"),
    DemoCampaign("Wet rock", "NW-SH-110", "conversions", 11_000, -5, 30, "tom", ("active",)),
)


def accounts() -> list[dict[str, str]]:
    """Return whom the demo's sign-in page offers to sign in as."""
    shown = (OPERATOR, NORTHWIND_ADMIN, NORTHWIND_PEOPLE[1], JUNIPER_ADMIN)
    return [{"role": person.role, "email": person.email, "password": PASSWORD} for person in shown]


def channels(campaign: DemoCampaign) -> list[str]:
    """Return where the campaign runs."""
    return ["meta", "display"] if campaign.budget > 6_000 else ["meta"]


def campaign_data(campaign: DemoCampaign) -> dict[str, Any]:
    """Return the free part of a campaign."""
    return {"audience": {"countries": ["DE", "AT", "CH"], "interests": ["hiking", "camping"]}}
