"""How far a campaign is, where it can go from here, and what stands in the way."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns import queries
from campaigns.models import Campaign
from campaigns.preflight import Finding, preflight
from console.org.campaigns.words import reasons_in_words
from kernel.tenancy.context import Actor

Status = Campaign.Status
WAY = (
    (_("Draft"), (Status.DRAFT,)),
    (_("Scheduled"), (Status.SCHEDULED,)),
    (_("Running"), (Status.ACTIVE, Status.PAUSED)),
    (_("Ended"), (Status.ENDED, Status.ARCHIVED)),
)
CHECKED = (Status.DRAFT, Status.SCHEDULED, Status.ACTIVE, Status.PAUSED)


@dataclass(frozen=True, slots=True)
class Station:
    """One place of the way: `state` is done, now or ahead."""

    label: str | Promise
    state: str


@dataclass(frozen=True, slots=True)
class Check:
    """One finding, and the address of the part that mends it."""

    finding: Finding
    url: str

    @property
    def is_blocker(self) -> bool:
        """Whether it refuses the launch."""
        return self.finding.severity == "blocker"


def stations(campaign: Campaign) -> list[Station]:
    """Return the way from draft to ended with the place where the campaign is."""
    here = next(index for index, (_label, statuses) in enumerate(WAY) if campaign.status in statuses)
    states = ["done" if index < here else "now" if index == here else "ahead" for index in range(len(WAY))]
    return [Station(label, state) for (label, _statuses), state in zip(WAY, states, strict=True)]


def checks(actor: Actor, campaign: Campaign) -> list[Check]:
    """Return what was found about the campaign, in words for `actor`; nothing where no launch lies ahead."""
    if not _is_checked(campaign):
        return []
    found = preflight(campaign, to=_ahead(campaign), reader=actor)
    return [Check(finding, _place(campaign, finding)) for finding in found]


def steps(actor: Actor, campaign: Campaign) -> list[dict[str, Any]]:
    """Return the steps that are open to the person, the one that most want first."""
    if campaign.is_template:
        return []
    found = queries.open_steps(actor=actor, campaign=campaign)
    main = _main(campaign)
    return [
        {"status": step.after, "verb": step.verb, "main": step.after == main}
        for step in sorted(found, key=lambda step: step.after != main)
    ]


def launch_context(actor: Actor, campaign: Campaign) -> dict[str, Any]:
    """Return what the head of a campaign's page shows."""
    found = checks(actor, campaign)
    blockers = sum(check.is_blocker for check in found)
    return {
        "stations": stations(campaign),
        "steps": steps(actor, campaign),
        "checks": found,
        "has_checklist": _is_checked(campaign),
        "blockers": blockers,
        "warnings": len(found) - blockers,
        "reasons": reasons_in_words(campaign.effective_reasons),
    }


def _is_checked(campaign: Campaign) -> bool:
    return campaign.trashed_at is None and not campaign.is_template and campaign.status in CHECKED


def _ahead(campaign: Campaign) -> str:
    starts = campaign.starts_at
    coming = starts is not None and starts > timezone.now()
    return "scheduled" if campaign.status in (Status.DRAFT, Status.SCHEDULED) and coming else "active"


def _main(campaign: Campaign) -> str:
    if campaign.status == Status.DRAFT:
        return _ahead(campaign)
    after = {Status.SCHEDULED: "active", Status.ACTIVE: "paused", Status.PAUSED: "active", Status.ENDED: "archived"}
    return after.get(Status(campaign.status), "draft")


def _place(campaign: Campaign, found: Finding) -> str:
    if found.creative:
        return reverse("org:creative", args=[campaign.pk, found.creative])
    page = reverse("org:campaign", args=[campaign.pk])
    field = found.field.strip("/").partition("/")[0]
    return f"{page}?tab={found.fix}#id_{'utm/source' if field == 'utm' else field}"
