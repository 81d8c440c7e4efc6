"""The sample organizations, made or completed; may be repeated at every start."""

from dataclasses import dataclass

from campaigns.legacy.models import ImportBatch
from campaigns.models import Campaign
from kernel.tenancy.context import Actor
from kernel.tenancy.scope import scope
from ops.demo import content
from ops.demo.aurora import AURORA
from ops.demo.content import DemoShop
from ops.demo.imported import imported
from ops.demo.northwind import NORTHWIND
from ops.demo.people import member
from ops.demo.story import ensure_operator, onboarded, people_in
from ops.demo.teamwork import teamed_up
from ops.demo.token import demo_token
from ops.demo.work import work_done
from tenants.models import Organization


@dataclass(frozen=True, slots=True)
class Demo:
    """What the announcement needs."""

    token: str
    campaign: Campaign
    batch: ImportBatch


def fill() -> Demo:
    """Return the demo; what is missing of it is made through the product's own commands."""
    operator = ensure_operator(content.OPERATOR)
    northwind = _shop(NORTHWIND, operator)
    teamed_up(northwind, member(northwind, NORTHWIND.admin.email))
    _shop(AURORA, operator)
    juniper = onboarded("juniper", content.JUNIPER, content.JUNIPER_ADMIN, operator)
    batch = imported(juniper, member(juniper, content.JUNIPER_ADMIN.email))
    marketer = member(northwind, NORTHWIND.email("ana"))
    with scope(northwind, actor=marketer, source="console"):
        mine = Campaign.objects.filter(owner_id=marketer.user_id, is_template=False)
        campaign = mine.latest("created_at")
    return Demo(demo_token(northwind, marketer), campaign, batch)


def _shop(shop: DemoShop, operator: Actor) -> Organization:
    organization = onboarded(shop.slug, shop.name, shop.admin, operator)
    people_in(organization, shop.people, member(organization, shop.admin.email))
    work_done(organization, shop)
    return organization
