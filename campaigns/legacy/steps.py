"""The five steps of a flow -> one campaign of ours."""

from datetime import datetime, timedelta

from campaigns.legacy.creatives import ESTIMATES, shape_creative
from campaigns.legacy.fields import Reading, identity, iso, micros, moment, without_empty
from campaigns.legacy.vocabulary import OBJECTIVES

_MOST_DAYS = 3660


def flow_payload(
    flow: Reading,
    *,
    name: str,
    status: str,
    flow_id: str,
    made: datetime | None,
    changed: datetime | None,
    beside: dict[str, object],
    left_out: list[str],
) -> dict[str, object]:
    """Return what is written for a flow. `beside` is what the row held around the flow and nobody took."""
    product, product_ref = _product(flow)
    audience = _audience(flow)
    platforms = _platforms(flow)
    creative, estimated = shape_creative(flow)
    publish = flow.take("publish")
    starts, ends = _schedule(platforms, publish)
    budget, currency = _budget(flow, platforms)
    flow.take("id")
    objective = platforms.get("campaignObjective")
    return {
        "name": name,
        "status": status,
        "objective": objective if isinstance(objective, str) and objective in OBJECTIVES else "",
        "starts_at": iso(starts),
        "ends_at": iso(ends),
        "budget_micros": budget,
        "currency": currency,
        "product_ref": product_ref,
        "created_at": iso(made),
        "updated_at": iso(changed if changed and (not made or changed >= made) else made),
        "data": without_empty(
            (
                ("builder", "v2"),
                ("flow_id", flow_id),
                ("audience", audience),
                ("platforms", platforms),
                ("creative", creative),
                ("publish", publish),
                ("product_copy", product),
                ("left_out", [*left_out, *([ESTIMATES] if estimated else [])]),
                ("legacy", without_empty((*beside.items(), ("flow", flow.rest)))),
            )
        ),
    }


def _product(flow: Reading) -> tuple[dict[str, object], str]:
    """Return the flow's copy of its product and the id it points to; a product typed in on the spot has none."""
    product = flow.part("product")
    if not product:
        return product, ""
    reference, note = identity(product.get("id"))
    if note == "id_coerced":
        flow.warn("product_id_coerced")
    elif not reference:
        flow.warn("product_embedded")
    return product, reference


def _audience(flow: Reading) -> dict[str, object]:
    audience = flow.part("audience")
    if not audience:
        flow.warn("audience_missing")
    diet = audience.get("dietType")
    if isinstance(diet, dict) and isinstance(diet.get("types"), list):
        # The first builder wrote plant_based, the flow plant-based; one word for one thing.
        types = [kind.replace("-", "_") if isinstance(kind, str) else kind for kind in diet["types"]]
        return audience | {"dietType": diet | {"types": types}}
    return audience


def _platforms(flow: Reading) -> dict[str, object]:
    if flow.rest.get("platforms") in (None, [], {}):
        flow.take("platforms")
        flow.warn("platforms_untouched")
    return flow.part("platforms")


def _schedule(platforms: dict[str, object], publish: object) -> tuple[datetime | None, datetime | None]:
    starts = moment(platforms.get("startDate"))
    if isinstance(publish, dict) and publish.get("launchSchedule") == "scheduled":
        day, hour = publish.get("scheduledDate"), publish.get("scheduledTime")
        starts = moment(f"{day}T{hour}") or moment(day) or starts
    days = platforms.get("duration")
    if starts is None or not isinstance(days, int) or isinstance(days, bool) or not 0 < days <= _MOST_DAYS:
        return starts, None
    return starts, starts + timedelta(days=days)


def _budget(flow: Reading, platforms: dict[str, object]) -> tuple[int | None, str]:
    total = platforms.get("totalBudget")
    if total in (None, ""):
        return None, ""
    amount = micros(total)
    if amount is None:
        flow.warn("budget_unreadable")
        return None, ""
    if isinstance(total, str):
        flow.warn("budget_coerced")
    return amount
