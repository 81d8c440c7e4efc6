"""The runtime roles can read the log and nothing else; only the recorder writes it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, ProgrammingError, connection

from audit.models import Entry
from audit.platform.models import PlatformEntry
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.scope import public_scope, scope
from tenants.access.models import Team
from tenants.models import Organization

FORGERY = (
    "(id, timestamp, object_pk, object_repr, action, changes_text, actor_name, event, source, reason, db_user, txid)"
    " VALUES (uuidv7(), now(), '', 'Forged', 0, '', 'Anna', 'create', 'api', '', 'app', 1)"
)
TENANT_ATTACKS = {
    "insert": f"INSERT INTO audit_entry {FORGERY}",
    "update": "UPDATE audit_entry SET actor_name = 'Somebody else'",
    "delete": "DELETE FROM audit_entry",
    "truncate": "TRUNCATE audit_entry",
    "lock out": "LOCK TABLE audit_entry IN ACCESS EXCLUSIVE MODE",
    "drop": "DROP TABLE audit_entry",
    "truncate a recorded table": "TRUNCATE access_team CASCADE",
    "switch a trigger off": "ALTER TABLE access_team DISABLE TRIGGER record_update",
    "switch all triggers off": "SET LOCAL session_replication_role = replica",
    "drop a trigger": "DROP TRIGGER record_update ON access_team",
    "replace a function": (
        "CREATE OR REPLACE FUNCTION record_access_team_update() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'"
    ),
    "borrow a function": (
        "CREATE TEMP TABLE mine (id uuid, name text);"
        " CREATE TRIGGER t AFTER INSERT ON mine REFERENCING NEW TABLE AS new_rows"
        " FOR EACH STATEMENT EXECUTE FUNCTION record_access_team()"
    ),
    "become the owner": "SET ROLE owner",
    "write the operators' log": f"INSERT INTO public.audit_platform_platformentry {FORGERY}",
}
PUBLIC_ATTACKS = {
    "insert": f"INSERT INTO audit_platform_platformentry {FORGERY}",
    "update": "UPDATE audit_platform_platformentry SET actor_name = 'Somebody else'",
    "delete": "DELETE FROM audit_platform_platformentry",
    "truncate": "TRUNCATE audit_platform_platformentry",
    "switch a trigger off": "ALTER TABLE tenants_organization DISABLE TRIGGER record_update",
    "truncate a recorded table": "TRUNCATE tenants_plan CASCADE",
}


@pytest.mark.parametrize("attack", TENANT_ATTACKS)
def test_an_organization_cannot_touch_its_log(attack: str, organization: Organization) -> None:
    with scope(organization, actor=SYSTEM, source="system"):
        Team.objects.create(name="Recorded")
        before = list(Entry.objects.order_by("id").values_list())

    with pytest.raises(
        ProgrammingError,
        match=r"permission denied (for (table|function|schema)|to set|to create temporary)|must be owner",
    ):
        attacked(lambda: scope(organization, actor=SYSTEM, source="api"), TENANT_ATTACKS[attack])

    with scope(organization, actor=SYSTEM, source="system"):
        Team.objects.update(name="Still recorded")
        after = list(Entry.objects.order_by("id").values_list())
        assert (after[:-1], len(after)) == (before, len(before) + 1)


@pytest.mark.parametrize("attack", PUBLIC_ATTACKS)
def test_the_runtime_role_cannot_touch_the_operators_log(attack: str, organization: Organization) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied for table|must be owner"):
        attacked(lambda: public_scope(actor=SYSTEM, source="operator"), PUBLIC_ATTACKS[attack])


@pytest.mark.skipif(not settings.TENANT_DB_ROLES, reason="organizations share the runtime role")
def test_an_organization_cannot_write_events_into_the_operators_log(organization: Organization) -> None:
    with pytest.raises(ProgrammingError, match="permission denied for function audit_event"):
        attacked(
            lambda: scope(organization, actor=SYSTEM, source="api"),
            "SELECT public.audit_event('session.signed_in', NULL, '', 'Forged', NULL)",
        )

    with public_scope(actor=SYSTEM, source="system"):
        assert not PlatformEntry.objects.filter(object_repr="Forged").exists()


def test_events_cannot_pass_for_changes_of_rows(organization: Organization) -> None:
    with scope(organization, actor=SYSTEM, source="system"):
        before = Entry.objects.count()

    with pytest.raises(IntegrityError, match=r"subject\.verb"):
        attacked(
            lambda: scope(organization, actor=SYSTEM, source="api"),
            "SELECT audit_event('update', 18, '', 'Forged', NULL)",
        )

    with scope(organization, actor=SYSTEM, source="system"):
        assert Entry.objects.count() == before


def attacked(opened: Callable[[], Any], statement: str) -> None:
    with opened(), connection.cursor() as cursor:
        for part in statement.split(";"):
            cursor.execute(part)
