"""Settings and preferences are read in one statement, changed on top of what was seen, and told of in the log."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from audit.queries import entries
from kernel.errors import Invalid, NotAllowed, PreconditionFailed, Unauthenticated
from kernel.ids import uuid7
from kernel.tenancy.context import SYSTEM, Actor
from tenants.access.models import Membership, OrganizationSettings, Preferences
from tenants.access.settings.commands import change_preferences, change_settings
from tenants.access.settings.organization import OrganizationValues
from tenants.access.settings.preferences import PreferenceValues
from tenants.access.settings.queries import (
    forget_settings,
    organization_settings,
    preferences_detail,
    preferences_of,
    settings_detail,
)
from tests.audit.conftest import id_of


def test_without_a_choice_the_defaults_count_and_nothing_is_stored(owner: Actor) -> None:
    assert organization_settings() == OrganizationValues()
    assert preferences_of(owner) == PreferenceValues()
    assert settings_detail(actor=owner).row_version == 0
    assert OrganizationSettings.objects.count() == Preferences.objects.count() == 0


def test_only_what_was_chosen_is_stored(owner: Actor) -> None:
    changed = change_settings(actor=owner, version=0, changes={"week_start": "sunday", "without_end": "block"})

    assert changed.row_version == 1
    assert organization_settings() == OrganizationValues(week_start="sunday", without_end="block")
    assert OrganizationSettings.objects.get().values == {"week_start": "sunday", "without_end": "block"}


def test_none_takes_a_choice_back(owner: Actor) -> None:
    change_preferences(actor=owner, version=0, changes={"density": "compact", "list_size": 100})
    change_preferences(actor=owner, version=1, changes={"density": None})

    assert preferences_of(owner) == PreferenceValues(list_size=100)
    assert Preferences.objects.get().values == {"list_size": 100}


def test_a_change_that_changes_nothing_writes_nothing(owner: Actor) -> None:
    assert change_settings(actor=owner, version=0, changes={"week_start": None}).row_version == 0
    change_settings(actor=owner, version=0, changes={"week_start": "sunday"})

    again = change_settings(actor=owner, version=1, changes={"week_start": "sunday"})

    assert again.row_version == 1
    assert OrganizationSettings.objects.get().row_version == 1


def test_keys_of_a_newer_release_are_kept(owner: Actor) -> None:
    OrganizationSettings.objects.create(schema_version=7, values={"glow": {"a": 1}, "week_start": "sunday"})

    change_settings(actor=owner, version=1, changes={"week_start": "saturday"})

    row = OrganizationSettings.objects.get()
    assert row.values == {"glow": {"a": 1}, "week_start": "saturday"}
    assert (row.schema_version, row.row_version) == (7, 2)


@pytest.mark.parametrize("version", [0, 2])
def test_who_saw_another_version_is_refused(owner: Actor, version: int) -> None:
    change_settings(actor=owner, version=0, changes={"week_start": "sunday"})

    with pytest.raises(PreconditionFailed) as refused:
        change_settings(actor=owner, version=version, changes={"week_start": "saturday"})

    assert refused.value.extra["version"] == 1
    assert organization_settings().week_start == "sunday"


def test_a_wrong_value_changes_nothing(owner: Actor) -> None:
    with pytest.raises(Invalid):
        change_settings(actor=owner, version=0, changes={"week_start": "sunday", "currency": "eur"})

    assert not OrganizationSettings.objects.exists()


def test_only_who_may_change_settings_does(marketer: Actor) -> None:
    assert settings_detail(actor=marketer).values == OrganizationValues()
    with pytest.raises(NotAllowed):
        change_settings(actor=marketer, version=0, changes={"week_start": "sunday"})

    assert not OrganizationSettings.objects.exists()


def test_everybody_has_preferences_of_their_own(owner: Actor, marketer: Actor) -> None:
    change_preferences(actor=marketer, version=0, changes={"theme": "dark"})

    assert preferences_of(marketer).theme == "dark"
    assert preferences_of(owner).theme == "account"


def test_who_is_no_member_has_the_defaults_and_changes_nothing(owner: Actor) -> None:
    stranger = Actor("person", uuid7(), "Nobody", "nobody@example.test")

    assert preferences_of(stranger) == preferences_of(SYSTEM) == PreferenceValues()
    with pytest.raises(Unauthenticated):
        preferences_detail(actor=stranger)
    with pytest.raises(Unauthenticated):
        change_preferences(actor=stranger, version=0, changes={"theme": "dark"})
    assert not Preferences.objects.exists()


def test_preferences_end_with_the_place(owner: Actor, marketer: Actor) -> None:
    change_preferences(actor=marketer, version=0, changes={"theme": "dark"})

    Membership.objects.get(user_id=id_of(marketer)).delete()

    assert not Preferences.objects.exists()


def test_each_is_read_in_one_statement_once_per_transaction(owner: Actor) -> None:
    preferences_of(owner)
    forget_settings()

    with CaptureQueriesContext(connection) as asked:
        for _time in range(3):
            organization_settings()
            preferences_of(owner)

    assert len(asked) == 2


def test_the_log_tells_who_changed_what(owner: Actor) -> None:
    change_settings(actor=owner, version=0, changes={"week_start": "sunday"})
    change_preferences(actor=owner, version=0, changes={"theme": "dark"})

    preferences, settings = entries(actor=owner, limit=2).lines

    assert [(change.name, change.field, change.after) for change in settings.changes] == [
        ("values", "Choices: week_start", "sunday"),
    ]
    assert (settings.verb, settings.object_type, settings.object_name) == ("created", "organization settings", "")
    assert (preferences.verb, preferences.object_type, preferences.object_name) == (
        "created",
        "preferences of",
        "Owner",
    )
    assert Entry.objects.filter(object_repr="").count() == 0
