"""Who and what the sample organizations are: the shape of it, and the people to sign in as."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody to sign in as."""

    name: str
    email: str
    role: str


@dataclass(frozen=True, slots=True)
class DemoCampaign:
    """A campaign; `path` is the statuses it passes after draft, days are counted from today.

    `words` are headline, body and call to action of its creatives, `owner` the first name of a person.
    """

    name: str
    product: str
    objective: str
    budget: int
    starts_in: int
    days: int
    owner: str
    words: tuple[str, str, str]
    path: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    @property
    def channels(self) -> tuple[str, ...]:
        """Where it runs."""
        return ("meta", "display") if self.budget > 6_000 else ("meta",)


@dataclass(frozen=True, slots=True)
class DemoShop:
    """A sample organization that sells and advertises; campaigns name products by SKU."""

    slug: str
    name: str
    admin: DemoPerson
    people: tuple[DemoPerson, ...]
    catalog: str
    attributes: tuple[dict[str, Any], ...]
    products: tuple[dict[str, Any], ...]
    labels: dict[str, str]
    campaigns: tuple[DemoCampaign, ...]

    def email(self, first_name: str) -> str:
        """Return the address of the person of that first name."""
        return next(p.email for p in (self.admin, *self.people) if p.email.startswith(f"{first_name}@"))


OPERATOR = DemoPerson("Dana Okafor", "dana@operators.example", "operator")
PASSWORD = "campaign-builder-demo"  # noqa: S105  printed on the screen, only ever set in the demo
JUNIPER = "Juniper Pantry"
JUNIPER_ADMIN = DemoPerson("Sol Marchetti", "sol@juniper.example", "owner")


def products(shop: str, brand_rows: tuple[tuple[str, str, str, str, str, int, str, dict[str, Any]], ...]) -> Any:
    """Return products as commands take them; prices are in cents, addresses below the shop's."""
    return tuple(
        {
            "name": name,
            "sku": sku,
            "brand": brand,
            "category": category,
            "description": text,
            "url": f"https://{shop}/p/{sku.lower()}",
            "price_micros": price * 10_000,
            "currency": "EUR",
            "status": status,
            "attributes": attributes,
        }
        for name, sku, brand, category, text, price, status, attributes in brand_rows
    )
