"""What the forms of campaigns offer to choose from."""

from typing import Any

from django.utils.translation import gettext as _

from campaigns import queries
from campaigns.models import Campaign
from catalog.labels.queries import labels_by_id, labels_to_choose
from catalog.models import Product
from console.org.campaigns.forms import labelled
from kernel.tenancy.context import Actor

PRODUCTS_OFFERED = 500


def product_choices(actor: Actor, found: Campaign | None = None) -> list[tuple[str, str]]:
    """Return the products on offer, the present one always among them, named only where the person may see it."""
    offered = queries.product_choices(actor=actor, limit=PRODUCTS_OFFERED)
    choices = [(str(product.pk), named(product)) for product in offered]
    if found is not None and found.product_id and str(found.product_id) not in dict(choices):
        present = queries.product_of(actor=actor, campaign=found)
        choices.insert(0, (str(found.product_id), named(present) if present else _("A product you can't see")))
    return choices


def label_choices(actor: Actor, kept: list[Any]) -> list[tuple[str, str]]:
    """Return the labels on offer, and those that stay chosen though they are offered no more."""
    offered = labels_to_choose(actor=actor)
    gone = set(kept) - {label.pk for label in offered}
    return labelled(offered, labels_by_id(actor=actor, ids=gone).values() if gone else ())


def named(product: Product) -> str:
    """Return how a product is called in a choice."""
    return f"{product.name} ({product.sku})" if product.sku else product.name
