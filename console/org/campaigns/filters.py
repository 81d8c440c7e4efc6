"""The one filter over campaigns that list, board and calendar share, as their addresses carry it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date

from campaigns.documents import CHANNELS
from campaigns.models import Campaign
from campaigns.queries import CampaignFilters
from console.guards import actor_of
from console.parameters import text
from tenants.access.settings.queries import preferences_of

VIEWS = ("list", "board", "calendar")
TRASH, TEMPLATES, ATTENTION = "trash", "templates", "attention"
STATES = (*Campaign.Status.values, TRASH, TEMPLATES, ATTENTION)
NARROWING = ("effective", "objective", "channel", "label", "owner", "team", "product", "from", "until")
KEPT = ("state", "q", *NARROWING)


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for: how to look, the filter, and its parameters as far as they mean something."""

    view: str
    state: str
    params: Mapping[str, str]
    filters: CampaignFilters
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def q(self) -> str:
        """Return the words of the find box."""
        return self.params.get("q", "")

    @property
    def narrowed(self) -> int:
        """Return by how much more than words and state the filter narrows."""
        return sum(name in self.params for name in NARROWING)

    @property
    def trashed(self) -> bool:
        """Whether it is the trash."""
        return self.state == TRASH

    def query(self, **changed: str) -> str:
        """Return the parameters as the text of an address, with some changed or, where empty, left out."""
        wanted = {"view": self.view, **self.params, **self.extra, **changed}
        return urlencode({name: value for name, value in wanted.items() if value})

    def url(self, **changed: str) -> str:
        """Return the address with some parameters changed."""
        return f"{reverse('org:campaigns')}?{self.query(**changed)}"

    def with_filters(self, **changed: Any) -> CampaignFilters:
        """Return the filter with some fields set otherwise."""
        return replace(self.filters, **changed)


def asked(request: HttpRequest) -> Asked:
    """Return what the address asks for; what is no known value counts as not said."""
    view = text(request, "view")
    if view not in VIEWS:
        view = preferences_of(actor_of(request)).campaigns_view
    given = {name: text(request, name) for name in KEPT}
    return read(view, given)


def read(view: str, given: Mapping[str, str]) -> Asked:
    """Return the filter that these parameters describe."""
    params = {name: value for name, value in given.items() if name in KEPT and value and _KNOWN[name](value)}
    state = params.get("state", "")
    filters = CampaignFilters(
        status=[state] if state in Campaign.Status.values else (),
        effective_status=_list(params, "effective"),
        objective=_list(params, "objective"),
        channels=_list(params, "channel"),
        labels=[UUID(params["label"])] if "label" in params else (),
        owner_id=_id(params, "owner"),
        team_id=_id(params, "team"),
        product_id=_id(params, "product"),
        text=params.get("q", ""),
        runs_from=_day(params, "from"),
        runs_until=_day(params, "until", later=1),
        templates=state == TEMPLATES if state != TRASH else None,
        trashed=state == TRASH,
        attention=state == ATTENTION,
    )
    return Asked(view, state, params, filters)


def _list(params: Mapping[str, str], name: str) -> list[str]:
    return [params[name]] if name in params else []


def _id(params: Mapping[str, str], name: str) -> UUID | None:
    return UUID(params[name]) if name in params else None


def _day(params: Mapping[str, str], name: str, later: int = 0) -> datetime | None:
    found = parse_date(params[name]) if name in params else None
    if found is None:
        return None
    return datetime.combine(found + timedelta(days=later), time(), timezone.get_current_timezone())


def _is_id(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def _is_day(value: str) -> bool:
    try:
        found = parse_date(value)
    except ValueError:
        return False
    return found is not None and 1970 <= found.year <= 9000


_KNOWN: Mapping[str, Callable[[str], bool]] = {
    "state": lambda value: value in STATES,
    "q": bool,
    "effective": lambda value: value in Campaign.Effective.values,
    "objective": lambda value: value in Campaign.Objective.values,
    "channel": lambda value: value in CHANNELS,
    "label": _is_id,
    "owner": _is_id,
    "team": _is_id,
    "product": _is_id,
    "from": _is_day,
    "until": _is_day,
}
