"""Objects made through the API, and what the database says of them."""

import json
from typing import Any

from django.http import HttpResponse

from campaigns.models import Campaign
from catalog.catalogs.default import default_catalog
from catalog.models import Product
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import scope
from tests.api.caller import Caller
from tests.api.world import World

COLLECTIONS: dict[str, Any] = {"campaigns": Campaign, "products": Product}


def make(caller: Caller, collection: str = "campaigns", **values: Any) -> tuple[dict[str, Any], str]:
    """Create an object; return it with its ETag."""
    answer = caller("POST", f"/{collection}", {"name": "Spring launch"} | values)
    assert answer.status_code == 201, answer.content
    return body(answer), answer["ETag"]


def body(answer: HttpResponse) -> Any:
    """The JSON of an answer."""
    return json.loads(answer.content)


def digest(world: World) -> list[Any]:
    """Everything that the organization's objects are, to prove that a refused call changed nothing."""
    with scope(world.organization, actor=SYSTEM, source="system"):
        return [list(model.objects.order_by("pk").values_list()) for model in COLLECTIONS.values()]


def fill(world: World, collection: str, number: int) -> None:
    """Give the owner `number` objects at once."""
    model, owner = COLLECTIONS[collection], world.actors["owner"]
    with scope(world.organization, actor=owner, source="api"):
        more = {"catalog": default_catalog()} if model is Product else {}
        model.objects.bulk_create(model(name="x", owner_id=owner.user_id, **more) for _number in range(number))
