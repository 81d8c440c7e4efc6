"""The list of keys that a browser may forget: it ..."""

import pytest

from campaigns.legacy.cleanup import KeyReport, cleanup_advice


def advice(
    key: str, *, rejected: int = 0, conflicts: int = 0, newer: int = 0, pictures: int = 0, finished: bool = True
) -> str:
    """What keeps `key`; "" where it may go."""
    [found] = cleanup_advice([KeyReport(key, 5, rejected, conflicts, newer, pictures)], finished=finished)
    assert found.removable is (found.code == "")
    assert bool(str(found.why)) is (not found.removable)
    return found.code


@pytest.mark.parametrize(
    "key", ["products", "campaigns", "saved_campaigns", "backgrounds", "campaign_draft_campaign_1"]
)
def test_it_lets_a_key_go_that_was_wholly_imported(key: str) -> None:
    assert advice(key) == ""


@pytest.mark.parametrize(
    "key",
    ["offline_queue", "draft_autosave", "user_preferences", "ui_state", "darkMode", "designControls-activeTab"],
)
def test_it_never_lets_an_essential_key_go(key: str) -> None:
    assert advice(key) == "essential"


@pytest.mark.parametrize("key", ["auth.token", "campaign_draft_", "campaign_other", "Products", "sample_data"])
def test_it_never_lets_an_unknown_key_go(key: str) -> None:
    assert advice(key) == "unknown"


def test_it_keeps_what_is_not_settled() -> None:
    assert advice("campaigns", rejected=1) == "rejected"
    assert advice("campaigns", conflicts=1) == "conflict"
    assert advice("campaign_draft_campaign_1", newer=1) == "newer"
    assert advice("campaigns", pictures=1) == "pictures"
    assert advice("campaigns", finished=False) == "not_imported"
