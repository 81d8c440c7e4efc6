"""Every changed row makes exactly one entry, whatever changed it, and only if it stays changed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat

from audit.models import Entry
from campaigns.models import Campaign
from catalog.catalogs.default import default_catalog
from catalog.models import Product
from kernel.ids import uuid7
from kernel.tenancy.context import Actor
from kernel.tenancy.scope import scope
from tenants.access.models import Membership, Role, Team
from tenants.models import Organization
from tests.audit.conftest import Log, id_of

Write = Callable[[], Any]


def save() -> None:
    team = Team.objects.get(name="Team 0")
    team.name = "Renamed"
    team.save()


def bulk_update() -> None:
    teams = list(Team.objects.all())
    for place, team in enumerate(teams):
        team.name = f"Bulk {place}"
    Team.objects.bulk_update(teams, ["name"])


def copy_in() -> None:
    with connection.cursor() as cursor, cursor.copy("COPY access_team (id, name) FROM STDIN") as copy:
        for place in range(4):
            copy.write_row([uuid7(), f"Copied {place}"])


def raw(statement: str) -> Write:
    def execute() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    return execute


def update() -> None:
    Team.objects.update(name=Concat(F("name"), Value("?")))


def upsert() -> None:
    present = Team.objects.get(name="Team 0")
    teams = [Team(id=present.pk, name="Team 0"), Team(name="New")]
    Team.objects.bulk_create(teams, update_conflicts=True, unique_fields=["id"], update_fields=["name"])


WRITES: dict[str, tuple[Write, dict[str, int]]] = {
    "create": (lambda: Team.objects.create(name="One"), {"create": 1}),
    "bulk_create": (lambda: Team.objects.bulk_create([Team(name="One"), Team(name="Two")]), {"create": 2}),
    "save": (save, {"update": 1}),
    "bulk_update": (bulk_update, {"update": 3}),
    "queryset.update": (update, {"update": 3}),
    "delete": (lambda: Team.objects.get(name="Team 0").delete(), {"delete": 1}),
    "queryset.delete": (lambda: Team.objects.all().delete(), {"delete": 3}),
    "raw insert": (
        raw("INSERT INTO access_team (id, name) SELECT uuidv7(), 'Raw ' || n FROM generate_series(1, 5) n"),
        {"create": 5},
    ),
    "raw update": (raw("UPDATE access_team SET name = name || '!'"), {"update": 3}),
    "raw delete": (raw("DELETE FROM access_team WHERE name <> 'Team 0'"), {"delete": 2}),
    "copy": (copy_in, {"create": 4}),
    "upsert of what is there": (upsert, {"create": 1}),
    "upsert": (
        raw(
            "INSERT INTO access_team (id, name) VALUES (uuidv7(), 'Team 0'), (uuidv7(), 'New')"
            " ON CONFLICT (lower(name)) DO UPDATE SET name = excluded.name || ' again'"
        ),
        {"create": 1, "update": 1},
    ),
    "data-modifying CTE": (
        raw(
            "WITH gone AS (DELETE FROM access_team WHERE name = 'Team 0' RETURNING name)"
            " INSERT INTO access_team (id, name) SELECT uuidv7(), name || ' next' FROM gone"
        ),
        {"create": 1, "delete": 1},
    ),
}


@pytest.mark.parametrize("way", WRITES)
def test_a_write_makes_one_entry_per_changed_row(way: str, opened: Callable[..., Any], anna: Actor, log: Log) -> None:
    write, expected = WRITES[way]
    with opened(request_id="before"):
        Team.objects.bulk_create([Team(name=f"Team {place}") for place in range(3)])

    with opened(request_id="the-write"):
        write()

    with opened():
        entries = log(cid="the-write")
        counts = {event: sum(e.event == event for e in entries) for event in {e.event for e in entries}}
        assert counts == expected
        assert {(e.actor_id, e.actor_name, e.actor_email, e.source) for e in entries} == {
            (anna.user_id, "Anna Marketer", anna.email, "api")
        }
        assert {e.content_type.model for e in entries if e.content_type} == {"team"}
        assert len({e.object_pk for e in entries}) == len(entries)


def test_a_cascade_is_recorded_row_by_row(opened: Callable[..., Any], anna: Actor, log: Log) -> None:
    with opened(request_id="before"):
        team = Team.objects.create(name="Leaving")
        for place in range(3):
            Campaign.objects.create(name=f"Campaign {place}", owner_id=id_of(anna), team=team)

        key = str(team.pk)

    with opened(request_id="cascade"):
        team.delete()

    with opened():
        entries = log(cid="cascade")
        assert [e.event for e in entries if e.object_repr == "Leaving"] == ["delete"]
        changed = [(e.event, e.changes) for e in entries if e.object_repr.startswith("Campaign")]
        assert changed == [("update", {"team": [key, None]})] * 3
        assert len(entries) == 4


def test_a_rolled_back_write_leaves_no_entry(opened: Callable[..., Any], log: Log) -> None:
    with pytest.raises(ZeroDivisionError), opened(request_id="gone"):
        Team.objects.create(name="Never")
        assert len(log(cid="gone")) == 1
        raise ZeroDivisionError

    with opened():
        assert log(cid="gone") == []


def test_a_rolled_back_savepoint_leaves_no_entry(opened: Callable[..., Any], log: Log) -> None:
    with opened(request_id="partly"):
        Team.objects.create(name="Stays")
        with pytest.raises(IntegrityError), transaction.atomic():
            Team.objects.create(name="Goes")
            Team.objects.create(name="Stays")

    with opened():
        assert [e.object_repr for e in log(cid="partly")] == ["Stays"]


def test_a_job_leaves_its_id_and_its_reason(opened: Callable[..., Any], log: Log) -> None:
    job = UUID("01900000-0000-7000-8000-000000000001")
    with opened(source="job", job_id=job, reason="Nightly clean-up"):
        Team.objects.create(name="Made by a job")

    with opened():
        assert [(e.source, e.job_id, e.reason) for e in log(object_repr="Made by a job")] == [
            ("job", job, "Nightly clean-up")
        ]


def test_a_token_is_named(organization: Organization, anna: Actor, log: Log) -> None:
    token = uuid4()
    with scope(organization, actor=replace(anna, kind="token", token_id=token), source="api"):
        Team.objects.create(name="By token")
        assert [(e.token_id, e.actor_id) for e in log(object_repr="By token")] == [(token, anna.user_id)]


def test_a_write_past_the_application_says_so(organization: Organization, opened: Callable[..., Any], log: Log) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"INSERT INTO {organization.schema_name}.access_team (id, name) VALUES (uuidv7(), 'By hand')")

    with opened():
        (entry,) = log(object_repr="By hand")
        assert (entry.source, entry.actor_id, entry.cid, entry.db_user) == ("sql", None, None, "owner")


def test_many_rows_after_one_in_the_same_session_stay_fast(opened: Callable[..., Any], anna: Actor, log: Log) -> None:
    """The plan of the first call, made for one row, must serve a statement over many."""
    with opened(request_id="many"):
        Team.objects.create(name="One")
        Team.objects.update(name="One more")
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO access_team (id, name) SELECT uuidv7(), 'n' || n FROM generate_series(1, 20000) n"
            )
            cursor.execute("UPDATE access_team SET name = name || '.'")

    with opened():
        assert Entry.objects.filter(cid="many", event="update").count() == 20002


def test_entries_are_ordered_by_their_time(opened: Callable[..., Any], log: Log) -> None:
    with opened(request_id="order"):
        for place in range(5):
            Team.objects.create(name=f"Team {place}")

    with opened():
        entries = log(cid="order")
        assert [e.object_repr for e in entries] == [f"Team {place}" for place in range(5)]
        for entry in entries:
            assert entry.pk.int >> 80 == round(entry.timestamp.timestamp() * 1000)
        assert len({e.txid for e in entries}) == 1


def test_unchanged_rows_make_no_entry(opened: Callable[..., Any], anna: Actor, log: Log) -> None:
    with opened(request_id="before"):
        Product.objects.create(catalog=default_catalog(), name="Same", owner_id=id_of(anna))
        Role.objects.get_or_create(slug="viewer", defaults={"name": "Viewer"})

    with opened(request_id="nothing"):
        Product.objects.update(name="Same")
        Membership.objects.filter(name="nobody").update(name="x")

    with opened():
        assert log(cid="nothing") == []
