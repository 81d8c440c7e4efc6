"""`/settings` and `/preferences` over the wire."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.api import api
from tests.api.caller import code_of, pointers
from tests.api.objects import body
from tests.api.world import World, token_for
from tests.tenancy.statements import statements


def test_settings_are_read_by_every_member_and_changed_by_who_may(world: World) -> None:
    marketer, owner = world.callers["marketer"], world.callers["owner"]
    read = marketer("GET", "/settings")
    before = body(read)
    assert before["organization"] == {
        "id": str(world.organization.id),
        "slug": world.organization.slug,
        "name": world.organization.name,
        "time_zone": "UTC",
    }

    refused = marketer("PATCH", "/settings", {"week_start": "sunday"}, if_match=read["ETag"])
    assert (refused.status_code, code_of(refused)) == (403, "scope_missing")
    assert marketer("GET", "/settings").content == read.content

    changed = owner("PATCH", "/settings", {"week_start": "sunday", "currency": "EUR"}, if_match=read["ETag"])
    assert changed.status_code == 200
    assert body(changed) == before | {
        "week_start": "sunday",
        "currency": "EUR",
        "version": before["version"] + 1,
        "updated_at": body(changed)["updated_at"],
    }
    assert marketer("GET", "/settings").content == changed.content

    back = owner("PATCH", "/settings", {"week_start": None, "currency": None}, if_match=changed["ETag"])
    assert body(back)["week_start"] == "monday"
    assert body(back)["currency"] == ""


def test_a_change_needs_the_version_that_was_read(world: World) -> None:
    owner = world.callers["owner"]
    read = owner("GET", "/preferences")
    first = owner("PATCH", "/preferences", {"density": "compact"}, if_match=read["ETag"])
    assert first.status_code == 200

    without = owner("PATCH", "/preferences", {"density": "comfortable"})
    late = owner("PATCH", "/preferences", {"density": "comfortable"}, if_match=read["ETag"])

    assert (without.status_code, without["ETag"]) == (428, first["ETag"])
    assert (late.status_code, late["ETag"]) == (412, first["ETag"])
    assert owner("GET", "/preferences").content == first.content


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"list_size": "50"}, {"/list_size": "unknown_value"}),
        ({"theme": "sepia", "shortcuts": 1}, {"/theme": "unknown_value", "/shortcuts": "wrong_type"}),
        ({"time_zone": "Mars/Olympus"}, {"/time_zone": "unknown_value"}),
        ({"colour": "red"}, {"/colour": "unknown_field"}),
    ],
)
def test_wrong_values_are_named(world: World, change: dict[str, object], errors: dict[str, str]) -> None:
    caller = world.callers["analyst"]
    read = caller("GET", "/preferences")

    refused = caller("PATCH", "/preferences", change, if_match=read["ETag"])

    assert refused.status_code == 422
    assert pointers(refused) == errors
    assert caller("GET", "/preferences").content == read.content


def test_a_token_without_the_scope_changes_no_settings(world: World) -> None:
    caller = token_for(world, "owner", {"campaign:view"})
    read = caller("GET", "/settings")

    refused = caller("PATCH", "/settings", {"week_start": "sunday"}, if_match=read["ETag"])

    assert (refused.status_code, code_of(refused)) == (403, "scope_missing")
    assert caller("GET", "/settings").content == read.content


def test_each_costs_one_statement_besides_access(world: World) -> None:
    caller = world.callers["owner"]
    for path in ("/settings", "/preferences"):
        caller("GET", path)
        with CaptureQueriesContext(connection) as asked:
            assert caller("GET", path).status_code == 200
        assert len(statements(asked)) == 2


def test_the_document_says_what_each_setting_is_by_default() -> None:
    schemas = api.document()["components"]["schemas"]

    assert 'null: the default again ("monday").' in schemas["SettingsChange"]["properties"]["week_start"]["description"]
    assert schemas["PreferencesOut"]["properties"]["list_size"]["enum"] == [25, 50, 100, 200]
