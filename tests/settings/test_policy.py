"""The organization's settings decide how much a warning before a launch matters."""

from typing import Any

import pytest

from audit.models import Entry
from campaigns.commands import set_status
from campaigns.models import Campaign
from campaigns.preflight import POLICIES, preflight
from kernel.errors import Conflict
from kernel.tenancy.context import Actor
from tenants.access.settings.commands import change_settings
from tenants.access.settings.organization import OrganizationValues
from tests.campaigns.ready import ready_campaign

LACKING: dict[str, dict[str, Any]] = {
    "without_spend_cap": {"spend_cap_micros": None},
    "without_end": {"ends_at": None},
    "without_utm": {"utm": {}},
    "off_pattern": {"name": "Whatever"},
}
every_policy = pytest.mark.parametrize(("code", "setting"), POLICIES.items())


def lacking(owner: Actor, setting: str, severity: str) -> Campaign:
    changes = {setting: severity, "name_pattern": "{quarter} {name}"}
    change_settings(actor=owner, version=0, changes=changes)
    made = ready_campaign(owner)
    Campaign.objects.filter(pk=made.pk).update(**{"name": "Q1 Spring"} | LACKING[setting])
    made.refresh_from_db()
    return made


def test_every_setting_about_a_launch_has_its_finding() -> None:
    about = [name for name, shown in OrganizationValues.shown().items() if shown.section == "launch"]
    assert list(LACKING) == about
    assert set(POLICIES.values()) == set(about)


@every_policy
def test_what_is_allowed_is_not_told(owner: Actor, code: str, setting: str) -> None:
    assert preflight(lacking(owner, setting, "allow")) == []


@every_policy
def test_what_warns_is_told_and_refuses_nothing(owner: Actor, code: str, setting: str) -> None:
    campaign = lacking(owner, setting, "warn")

    assert [(found.code, found.severity) for found in preflight(campaign)] == [(code, "warning")]
    launched = set_status(actor=owner, campaign_id=campaign.pk, version=campaign.row_version, status="active")
    assert launched.status == "active"


@every_policy
def test_what_refuses_a_launch_changes_nothing(owner: Actor, code: str, setting: str) -> None:
    campaign = lacking(owner, setting, "block")
    before = list(Campaign.objects.values()), Entry.objects.count()

    with pytest.raises(Conflict) as refused:
        set_status(actor=owner, campaign_id=campaign.pk, version=campaign.row_version, status="active")

    assert refused.value.code == "launch_blocked"
    assert [error.code for error in refused.value.errors] == [code]
    assert (list(Campaign.objects.values()), Entry.objects.count()) == before
