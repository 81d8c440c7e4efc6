"""The table of steps between a campaign's states."""

import pytest

from campaigns.models import Campaign
from campaigns.transitions import TRANSITIONS, check_transition, needs_publish
from kernel.errors import Conflict


def test_every_status_has_a_row_and_a_way_on() -> None:
    assert set(TRANSITIONS) == set(Campaign.Status.values)
    assert all(TRANSITIONS.values())
    assert {after for ways in TRANSITIONS.values() for after in ways} <= set(TRANSITIONS)


@pytest.mark.parametrize("before", sorted(TRANSITIONS))
@pytest.mark.parametrize("after", sorted(TRANSITIONS))
def test_only_the_tables_steps_are_taken(before: str, after: str) -> None:
    if after in TRANSITIONS[before]:
        check_transition(before, after)
        return
    with pytest.raises(Conflict) as refusal:
        check_transition(before, after)
    assert refusal.value.extra["allowed"] == list(TRANSITIONS[before])


def test_what_runs_needs_the_right_to_publish() -> None:
    assert needs_publish("draft", "active")
    assert needs_publish("scheduled", "draft")
    assert not needs_publish("draft", "archived")
