"""What stands in the way of a campaign's launch, each with a stable code, the field it is about and where to fix it.

A blocker refuses the launch, a warning does not. Codes are part of the API: never rename one.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal

from django.utils.translation import gettext as _

from campaigns.facts import CreativeFacts, Facts, day_of, facts_of, namesake
from campaigns.models import Campaign, Creative
from kernel.errors import Conflict, FieldError
from kernel.tenancy.context import Actor
from tenants.access.resolver import visible
from tenants.access.settings.patterns import fits
from tenants.access.settings.queries import organization_settings

Severity = Literal["blocker", "warning"]
SOON: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. `field` is the JSON pointer of what is wrong, `fix` the console's part that mends it.

    `creative` is the id of the creative that it is about, empty where it is about the campaign.
    """

    code: str
    severity: Severity
    field: str
    fix: str
    message: str
    creative: str = ""


def preflight(campaign: Campaign, *, to: str = "active", reader: Actor | None = None) -> list[Finding]:
    """Return everything found about the campaign as it is, blockers first; `to` is the status it shall get.

    What `reader` can't see is not named to them.
    """
    facts = facts_of([campaign], reader=reader)[campaign.pk]
    found = [finding for check in CHECKS for finding in check(facts)]
    found += _schedule(facts) if to == "scheduled" else ()
    other = namesake(campaign)
    if other is not None:
        found.append(
            Finding(
                "utm_repeats",
                "warning",
                "/utm",
                "build",
                _("%(name)s has the same UTM source, medium and campaign: their visits can't be told apart.")
                % {"name": _named(other, reader)},
            )
        )
    return sorted(_by_policy(campaign, found), key=lambda finding: finding.severity != "blocker")


def _named(other: Campaign, reader: Actor | None) -> str:
    if reader is None or visible(reader, "campaign:view", Campaign).filter(pk=other.pk).exists():
        return f"“{other.name}”"
    return _("Another campaign")


def _by_policy(campaign: Campaign, found: list[Finding]) -> Iterator[Finding]:
    """Yield what was found as far as the organization's settings let it matter: not at all, to warn, or to refuse."""
    policy = organization_settings()
    if not fits(policy.name_pattern, campaign.name):
        message = _("Names here look like %(pattern)s.") % {"pattern": policy.name_pattern}
        found = [*found, Finding("name_off_pattern", "warning", "/name", "build", message)]
    for finding in found:
        wanted = getattr(policy, POLICIES[finding.code]) if finding.code in POLICIES else ""
        if wanted != "allow":
            yield replace(finding, severity="blocker") if wanted == "block" else finding


def refuse_if_blocked(
    campaign: Campaign, *, to: str, reader: Actor | None = None, fields: Collection[str] | None = None
) -> None:
    """Raise Conflict with every blocker when there is one; with `fields` only those about these fields count."""
    found_now = preflight(campaign, to=to, reader=reader)
    blockers = [
        found for found in found_now if found.severity == "blocker" and (fields is None or found.field in fields)
    ]
    if blockers:
        raise Conflict(
            _("It can't start yet: %(what)s") % {"what": " ".join(found.message for found in blockers)},
            code="launch_blocked",
            errors=[FieldError(found.field, found.code, found.message) for found in blockers],
        )


def _template(facts: Facts) -> Iterator[Finding]:
    if facts.campaign.is_template:
        message = _("This is a template. Make a campaign of it first.")
        yield Finding("is_template", "blocker", "/is_template", "build", message)


def _purpose(facts: Facts) -> Iterator[Finding]:
    if not facts.campaign.objective:
        yield Finding("objective_missing", "blocker", "/objective", "build", _("Choose an objective."))
    if not facts.campaign.channels:
        yield Finding("channels_missing", "blocker", "/channels", "build", _("Choose at least one channel."))


def _dates(facts: Facts) -> Iterator[Finding]:
    ends = facts.campaign.ends_at
    if ends is None:
        message = _("It has no end: it runs until somebody ends it.")
        yield Finding("end_missing", "warning", "/ends_at", "schedule", message)
    elif ends <= facts.now:
        yield Finding("end_past", "blocker", "/ends_at", "schedule", _("Its end is past. Choose a later one."))


def _schedule(facts: Facts) -> Iterator[Finding]:
    starts = facts.campaign.starts_at
    if starts is None:
        yield Finding("start_missing", "blocker", "/starts_at", "schedule", _("Say when it starts."))
    elif starts <= facts.now:
        message = _("Its start is past. Choose a later one, or start it now.")
        yield Finding("start_past", "blocker", "/starts_at", "schedule", message)


def _budget(facts: Facts) -> Iterator[Finding]:
    campaign = facts.campaign
    budget, cap = campaign.budget_micros, campaign.spend_cap_micros
    if not budget:
        yield Finding("budget_missing", "blocker", "/budget_micros", "schedule", _("Set a budget above zero."))
        return
    if not campaign.budget_kind:
        message = _("Say whether the budget is for each day or for the whole time.")
        yield Finding("budget_kind_missing", "blocker", "/budget_kind", "schedule", message)
    if campaign.budget_kind == Campaign.BudgetKind.LIFETIME:
        if campaign.ends_at is None:
            message = _("A budget for the whole time needs an end.")
            yield Finding("lifetime_needs_end", "blocker", "/ends_at", "schedule", message)
    elif cap is None:
        message = _("There is no spend cap: a daily budget runs on without one.")
        yield Finding("spend_cap_missing", "warning", "/spend_cap_micros", "schedule", message)
    if cap is not None and cap < budget:
        message = _("The spend cap is below the budget.")
        yield Finding("cap_below_budget", "blocker", "/spend_cap_micros", "schedule", message)


def _creatives(facts: Facts) -> Iterator[Finding]:
    active = [found for found in facts.creatives if found.creative.status == Creative.Status.ACTIVE]
    if not facts.creatives:
        yield Finding("no_creatives", "blocker", "/creatives", "creatives", _("Add a creative."))
    elif not active:
        message = _("All creatives are paused. Switch one on.")
        yield Finding("creatives_paused", "blocker", "/creatives", "creatives", message)
    for found in active:
        yield from faults_of(found, facts)


def faults_of(found: CreativeFacts, facts: Facts) -> Iterator[Finding]:
    """Yield what is wrong with one active creative; its blockers keep it from being shown."""
    creative = found.creative
    where, about = f"/creatives/{creative.pk}", {"creative": creative.name}

    def blocker(code: str, field: str, message: str) -> Finding:
        return Finding(code, "blocker", where + field, "creatives", message, str(creative.pk))

    if not creative.headline and not creative.layout.get("elements"):
        yield blocker("headline_missing", "/headline", _("“%(creative)s” has no headline.") % about)
    if not creative.final_url:
        yield blocker("final_url_missing", "/final_url", _("“%(creative)s” leads nowhere: give a final URL.") % about)
    if not found.assets:
        yield blocker("picture_missing", "/assets", _("“%(creative)s” has no picture or film.") % about)
    for asset in found.assets:
        named = about | {"asset": asset.name}
        if not asset.there:
            message = _("“%(creative)s” shows “%(asset)s”, which is archived or in the trash.") % named
            yield blocker("asset_missing", "/assets", message)
        elif asset.rights_until and asset.rights_until < facts.today:
            message = _("The rights to “%(asset)s” in “%(creative)s” have ended.") % named
            yield blocker("asset_rights_expired", "/assets", message)
        elif asset.rights_until and _ends_early(asset.rights_until, facts):
            message = _("The rights to “%(asset)s” in “%(creative)s” end while it runs.") % named
            yield Finding("asset_rights_ending", "warning", f"{where}/assets", "creatives", message, str(creative.pk))
    for product in found.products:
        if not product.there:
            named = about | {"product": product.name}
            message = _("“%(creative)s” advertises “%(product)s”, which is archived or in the trash.") % named
            yield blocker("product_missing", "/products", message)


def _ends_early(rights_until: date, facts: Facts) -> bool:
    ends = facts.campaign.ends_at
    last = day_of(ends) if ends else facts.today + SOON
    return rights_until < last


def _product(facts: Facts) -> Iterator[Finding]:
    if facts.product is not None and not facts.product.there:
        message = _("Its product “%(name)s” is archived or in the trash.") % {"name": facts.product.name}
        yield Finding("product_missing", "blocker", "/product_id", "products", message)


def _utm(facts: Facts) -> Iterator[Finding]:
    if not facts.campaign.utm.get("source"):
        message = _("There are no UTM parameters: visits can't be told from others.")
        yield Finding("utm_missing", "warning", "/utm", "build", message)


CHECKS: Final[tuple[Callable[[Facts], Iterator[Finding]], ...]] = (
    _template,
    _purpose,
    _dates,
    _budget,
    _product,
    _creatives,
    _utm,
)
BLOCKERS: Final = (
    "is_template",
    "objective_missing",
    "channels_missing",
    "end_past",
    "start_missing",
    "start_past",
    "budget_missing",
    "budget_kind_missing",
    "lifetime_needs_end",
    "cap_below_budget",
    "no_creatives",
    "creatives_paused",
    "headline_missing",
    "final_url_missing",
    "picture_missing",
    "asset_missing",
    "asset_rights_expired",
    "product_missing",
)
WARNINGS: Final = (
    "end_missing",
    "spend_cap_missing",
    "asset_rights_ending",
    "utm_missing",
    "utm_repeats",
    "name_off_pattern",
)
# Warnings whose weight the organization chooses, and the setting that says it.
POLICIES: Final = {
    "end_missing": "without_end",
    "spend_cap_missing": "without_spend_cap",
    "utm_missing": "without_utm",
    "name_off_pattern": "off_pattern",
}
