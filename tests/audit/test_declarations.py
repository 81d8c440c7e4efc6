"""Nothing is forgotten: every model declares itself, and what is installed is what is declared."""

from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.checks import run_checks
from django.core.checks.registry import registry
from django.db import connections, models
from django.db.migrations.state import ModelState, ProjectState

from audit import checks
from audit.models import Entry
from audit.platform.models import PlatformEntry
from kernel.recorder import declare, entry_sql, triggers, verify
from kernel.recorder.operations import Record, Unrecord
from tenants.access.models import Team
from tenants.models import Organization


def test_every_model_is_audited_or_exempt() -> None:
    assert checks.every_model_is_declared() == []
    registered: set[Any] = registry.registered_checks
    assert checks.every_model_is_declared in registered


def test_an_undeclared_model_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    declared = {model: found for model, found in declare.DECLARATIONS.items() if model is not Team}
    monkeypatch.setattr(checks, "DECLARATIONS", declared)

    assert [(e.id, e.obj) for e in run_checks() if e.id == "audit.E001"] == [("audit.E001", Team)]


def test_migrations_record_what_the_models_declare() -> None:
    assert verify.migrations_behind() == []


def test_a_changed_declaration_without_a_migration_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = dict(declare.DECLARATIONS)
    changed[Team] = declare.Declaration(label="name", mask=("id",))
    monkeypatch.setattr(declare, "DECLARATIONS", changed)

    assert verify.migrations_behind() == [
        "access.team has changed since its last Record: add Unrecord and Record to its migration."
    ]


def test_schemas_hold_the_functions_that_the_models_ask_for(organization: Organization) -> None:
    assert verify.schema_gaps(organization.schema_name) == []
    assert verify.schema_gaps("public") == []


def test_a_switched_off_trigger_is_found(organization: Organization) -> None:
    schema = organization.schema_name
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"ALTER TABLE {schema}.access_team DISABLE TRIGGER record_update")
        cursor.execute(f"DROP TRIGGER record_create ON {schema}.access_role")

    assert verify.schema_gaps(schema) == [
        "access_role: the trigger for create is missing or switched off.",
        "access_team: the trigger for update is missing or switched off.",
    ]


def test_the_recorder_writes_to_the_logs_own_tables() -> None:
    assert (Entry._meta.db_table, PlatformEntry._meta.db_table) == (entry_sql.TENANT_LOG, entry_sql.PUBLIC_LOG)
    assert declare.read_only_tables() == {entry_sql.TENANT_LOG, entry_sql.PUBLIC_LOG, "access_accessepoch"}


def test_every_recorded_model_has_a_fixed_content_type() -> None:
    for model in declare.recorded_models():
        assert model._meta.label_lower in settings.CONTENT_TYPES


def test_recording_starts_and_ends_with_its_migration(organization: Organization) -> None:
    schema = organization.schema_name
    state = ProjectState.from_apps(apps)
    operation = Record("team", label="name")
    owner: Any = connections["owner"]
    owner.set_schema(schema)
    try:
        with owner.schema_editor(atomic=True) as editor:
            operation.database_backwards("access", editor, state, state)
        gone = [gap for gap in verify.schema_gaps(schema) if gap.startswith("access_team")]
        with owner.schema_editor(atomic=True) as editor:
            Unrecord("team", label="name").database_backwards("access", editor, state, state)
    finally:
        owner.set_schema_to_public()

    assert len(gone) == 4
    assert verify.schema_gaps(schema) == []


def test_operations_are_written_into_migrations_as_they_were_made() -> None:
    operation = Record("team", label="name", exclude=["a"], mask=["b"])

    assert operation.deconstruct() == ("Record", ["team"], {"label": "name", "exclude": ["a"], "mask": ["b"]})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"label": "nickname"}, "has no column nickname"),
        ({"label": "name", "mask": ["secret"]}, "has no column secret"),
        ({"label": "name", "mask": ["name"]}, "is masked"),
    ],
)
def test_a_declaration_that_cannot_work_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Record("team", **options).table("access", "t_aaaaaaaaaaaaaaaa", ProjectState.from_apps(apps))


def test_only_top_level_statements_with_the_schemas_name_are_sent() -> None:
    state = ProjectState()
    state.add_model(
        ModelState("access", "Team", [("id", models.UUIDField(primary_key=True)), ("name", models.TextField())])
    )
    statements = [*triggers.install(Record("team", label="name").table("access", "t_aaaaaaaaaaaaaaaa", state))]

    assert len(statements) == 5
    for statement in statements:
        assert statement.startswith(
            ("CREATE OR REPLACE FUNCTION", "CREATE OR REPLACE TRIGGER", "REVOKE ALL ON FUNCTION")
        )
        assert '"t_aaaaaaaaaaaaaaaa".' in statement
