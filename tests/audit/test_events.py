"""Semantic entries: what no row tells."""

from collections.abc import Callable
from typing import Any

import pytest
from auditlog.signals import accessed
from django.db import IntegrityError

from audit.models import Entry
from audit.platform.models import PlatformEntry
from kernel.recorder.events import event
from kernel.tenancy.context import SYSTEM, Actor, TenancyError
from kernel.tenancy.scope import public_scope
from tenants.access.models import Team
from tenants.models import Organization
from tests.audit.conftest import Log


def test_an_event_is_an_entry_with_its_context(opened: Callable[..., Any], anna: Actor, log: Log) -> None:
    with opened(source="import", request_id="import-1"):
        key = event("import.finished", data={"created": 3, "rejected": 1}, label="dump.json")

    with opened():
        (entry,) = log(event="import.finished")
        assert (entry.pk, entry.actor_id, entry.source, entry.cid) == (key, anna.user_id, "import", "import-1")
        assert (entry.object_repr, entry.content_type, entry.changes) == ("dump.json", None, None)
        assert entry.additional_data == {"created": 3, "rejected": 1}
        assert entry.action == Entry.Action.ACCESS


def test_an_event_about_an_object_stands_in_its_history(opened: Callable[..., Any]) -> None:
    with opened():
        team = Team.objects.create(name="Growth")
        event("team.exported", team)

        assert [e.event for e in Entry.objects.get_for_object(team).order_by("id")] == ["create", "team.exported"]
        assert Entry.objects.get_for_object(team)[0].object_repr == "Growth"


def test_an_event_goes_with_its_transaction(opened: Callable[..., Any], log: Log) -> None:
    with pytest.raises(ZeroDivisionError), opened():
        event("session.signed_in")
        raise ZeroDivisionError

    with opened():
        assert log(event="session.signed_in") == []


def test_an_event_in_a_public_scope_stands_in_the_operators_log(db: None) -> None:
    with public_scope(actor=SYSTEM, source="operator", request_id="signed-in"):
        event("session.signed_in", label="olga@example.com")

        assert [e.object_repr for e in PlatformEntry.objects.filter(cid="signed-in")] == ["olga@example.com"]


def test_an_event_without_a_scope_is_a_mistake(db: None) -> None:
    with pytest.raises(TenancyError):
        event("session.signed_in")


def test_an_event_may_not_carry_a_rows_name(opened: Callable[..., Any], log: Log) -> None:
    with pytest.raises(IntegrityError, match=r"subject\.verb"), opened(request_id="forged"):
        event("update")

    with opened():
        assert log(cid="forged") == []


def test_reading_through_auditlogs_signal_is_recorded(opened: Callable[..., Any], organization: Organization) -> None:
    with opened():
        team = Team.objects.create(name="Growth")
        accessed.send(Team, instance=team)

        assert [(e.event, e.object_repr) for e in Entry.objects.get_for_object(team)] == [
            ("access", "Growth"),
            ("create", "Growth"),
        ]


def test_auditlog_cannot_write_changes_of_its_own(opened: Callable[..., Any]) -> None:
    with opened():
        team = Team.objects.create(name="Growth")
        with pytest.raises(TypeError, match="recorded by the database"):
            Entry.objects.log_create(team, action=Entry.Action.CREATE, changes={"name": [None, "x"]})
        assert Entry.objects.get_for_object(team).count() == 1
