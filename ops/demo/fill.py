"""Both demo organizations, made or completed; may be repeated at every start."""

from dataclasses import dataclass

from campaigns.legacy.models import ImportBatch
from campaigns.models import Campaign
from kernel.tenancy.scope import scope
from ops.demo import content
from ops.demo.imported import imported
from ops.demo.story import ensure_operator, member, onboarded, people_in, work_done
from ops.demo.teamwork import teamed_up
from ops.demo.token import demo_token


@dataclass(frozen=True, slots=True)
class Demo:
    """What the announcement needs."""

    token: str
    campaign: Campaign
    batch: ImportBatch


def fill() -> Demo:
    """Return the demo; what is missing of it is made through the product's own commands."""
    operator = ensure_operator(content.OPERATOR)
    northwind = onboarded("northwind", content.NORTHWIND, content.NORTHWIND_ADMIN, operator)
    people_in(northwind, content.NORTHWIND_PEOPLE, member(northwind, content.NORTHWIND_ADMIN.email))
    work_done(northwind)
    teamed_up(northwind, member(northwind, content.NORTHWIND_ADMIN.email))
    juniper = onboarded("juniper", content.JUNIPER, content.JUNIPER_ADMIN, operator)
    batch = imported(juniper, member(juniper, content.JUNIPER_ADMIN.email))
    marketer = member(northwind, "ana@northwind.example")
    with scope(northwind, actor=marketer, source="console"):
        campaign = Campaign.objects.filter(owner_id=marketer.user_id).latest("created_at")
    return Demo(demo_token(northwind, marketer), campaign, batch)
