"""What campaigns of this organization usually look like, as its settings say: where a new one starts."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.access.settings.patterns import filled
from tenants.access.settings.queries import organization_settings


def usual_values(teams: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return what the form of a new campaign is filled with; `teams` are those that the person may choose."""
    usual = organization_settings()
    team = teams[0][0] if teams and usual.campaign_team == "own" else ""
    return {"currency": usual.currency, "team_id": team}


def name_hint() -> str:
    """Return how names look here today, empty where they have no pattern."""
    pattern = organization_settings().name_pattern
    if not pattern:
        return ""
    today = timezone.localdate()
    facts = {"year": f"{today:%Y}", "month": f"{today:%m}", "quarter": f"Q{(today.month + 2) // 3}"}
    return _("Names here look like %(pattern)s.") % {"pattern": filled(pattern, facts)}
