"""Public tables are recorded in the operators' log, and only there."""

import secrets
from typing import Any

import pytest
from django.db import connection

from audit.models import Entry
from audit.platform import queries
from audit.platform.models import PlatformEntry
from audit.reading import Wanted
from kernel.tenancy.context import SYSTEM, Actor
from kernel.tenancy.names import tenant_role
from kernel.tenancy.scope import public_scope, scope
from tenants.models import DirectoryEntry, Operator, Organization, Plan, User
from tests.audit.conftest import id_of


@pytest.fixture
def olga(db: None) -> Actor:
    """An operator; rolled back."""
    with public_scope(actor=SYSTEM, source="system"):
        user = User.objects.create(email=f"{secrets.token_hex(4)}@example.com", name="Olga Operator", password="hash-1")
        Operator.objects.create(user=user)
    return Actor(kind="operator", user_id=user.id, name="Olga Operator", email=user.email)


def entries(**wanted: Any) -> list[PlatformEntry]:
    return list(PlatformEntry.objects.filter(**wanted).order_by("id"))


def test_operators_changes_carry_their_name_and_source(olga: Actor, standing: Organization) -> None:
    with public_scope(actor=olga, source="operator", request_id="suspend", reason="Unpaid"):
        Organization.objects.filter(pk=standing.pk).update(status=Organization.Status.SUSPENDED)

        (entry,) = entries(cid="suspend")
        assert (entry.object_repr, entry.changes) == (standing.name, {"status": ["active", "suspended"]})
        assert (entry.actor_name, entry.source, entry.reason) == ("Olga Operator", "operator", "Unpaid")


def test_bulk_and_raw_writes_of_public_tables_are_recorded(olga: Actor) -> None:
    with public_scope(actor=olga, source="operator", request_id="plans"):
        Plan.objects.bulk_create([Plan(slug=f"p{n}", name=f"Plan {n}") for n in range(3)])
        Plan.objects.filter(slug__in=["p0", "p1"]).update(seats=7)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM tenants_plan WHERE slug = 'p2'")

        found = [(e.event, e.object_repr) for e in entries(cid="plans")]
        assert found[:3] == [("create", "Plan 0"), ("create", "Plan 1"), ("create", "Plan 2")]
        assert sorted(found[3:5]) == [("update", "Plan 0"), ("update", "Plan 1")]
        assert found[5:] == [("delete", "Plan 2")]


def test_a_password_leaves_only_stars(olga: Actor) -> None:
    with public_scope(actor=olga, source="operator", request_id="password"):
        User.objects.filter(pk=id_of(olga)).update(password="hash-2", last_login="2026-01-01T00:00:00Z")

        (entry,) = entries(cid="password")
        assert entry.changes == {"password": ["***", "***"]}
        created = entries(content_type__model="user", object_pk=str(olga.user_id), event="create")[0]
        assert created.changes["password"] == [None, "***"]


def test_a_public_row_written_by_an_organization_is_recorded_in_the_operators_log(
    db: None, standing: Organization, olga: Actor
) -> None:
    with public_scope(actor=SYSTEM, source="system"):
        User.objects.create(id="01900000-0000-7000-8000-00000000000a", email="mirror@example.com")

    with scope(standing, actor=SYSTEM, source="console", request_id="mirrored"):
        DirectoryEntry.objects.create(
            organization_id=standing.id,
            user_id="01900000-0000-7000-8000-00000000000a",
            email="mirror@example.com",
            status="active",
            tenant_role=tenant_role(connection.settings_dict["NAME"], standing.schema_name),
        )
        assert Entry.objects.filter(cid="mirrored").count() == 0

    with public_scope(actor=SYSTEM, source="system"):
        assert [e.object_repr for e in entries(cid="mirrored")] == ["mirror@example.com"]


def test_the_operators_log_names_people_organizations_and_plans(olga: Actor, standing: Organization) -> None:
    with public_scope(actor=olga, source="operator", request_id="words"):
        Plan.objects.create(slug="gold", name="Gold")
        Organization.objects.filter(pk=standing.pk).update(plan_id="gold")

        found = queries.entries(wanted=Wanted(request_id="words")).lines
        operator = queries.entries(wanted=Wanted(object_type="operator", object_id=str(olga.user_id))).lines[0]

    assert [(line.object_type, line.object_name, line.verb) for line in found] == [
        ("organization", standing.name, "changed"),
        ("plan", "Gold", "created"),
    ]
    assert [(c.field, c.before, c.after) for c in found[0].changes] == [("Plan", "Scale", "Gold")]
    assert operator.object_name == "Olga Operator"
    assert [(c.field, c.after) for c in operator.changes if c.name == "user"] == [("User", "Olga Operator")]
