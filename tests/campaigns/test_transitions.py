"""The table of steps between a campaign's states."""

import pytest

from campaigns.models import Campaign
from campaigns.transitions import STEPS, TABLE, step_between, ways_on
from kernel.errors import Conflict


def test_every_status_has_a_way_on_and_no_step_stands_twice() -> None:
    assert {step.before for step in STEPS} == set(Campaign.Status.values)
    assert {step.after for step in STEPS} <= set(Campaign.Status.values)
    assert len(TABLE) == len(STEPS)


@pytest.mark.parametrize("before", sorted(Campaign.Status.values))
@pytest.mark.parametrize("after", sorted(Campaign.Status.values))
def test_only_the_tables_steps_are_taken(before: str, after: str) -> None:
    if (before, after) in TABLE:
        assert step_between(before, after) is TABLE[before, after]
        return
    with pytest.raises(Conflict) as refusal:
        step_between(before, after)
    assert refusal.value.extra["allowed"] == [step.after for step in ways_on(before)]


def test_what_runs_needs_the_right_to_publish_and_what_starts_is_checked() -> None:
    published = {("draft", "archived"), ("archived", "draft")}
    assert {pair for pair, step in TABLE.items() if step.permission == "campaign:edit"} == published
    assert {pair for pair, step in TABLE.items() if step.launches} == {
        ("draft", "scheduled"),
        ("draft", "active"),
        ("scheduled", "active"),
        ("paused", "active"),
    }
