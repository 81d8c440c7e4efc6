"""Products that were there before catalogs: each comes to stand in one, and a number is given once."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from kernel.tenancy.names import new_schema_name


@pytest.fixture
def schema(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A schema as it was when assets came."""
    name = new_schema_name()
    with django_db_blocker.unblock():
        _execute(f'CREATE SCHEMA "{name}"')
        _migrate(name, "audit")
        _migrate(name, "catalog", "0003_assets")
        yield name
        _execute(f'DROP SCHEMA "{name}" CASCADE')


def test_products_of_before_are_put_into_catalogs(schema: str) -> None:
    _products(
        schema,
        ("Oat drink", "OAT-1", "{}", None, None),
        ("Oat drink again", "OAT-1", '{"legacy": {"kept": 1}}', None, None),
        ("In the trash", "OAT-1", "{}", None, "2030-01-01"),
        ("Old burger", "OAT-1", "{}", "browser", None),
        ("Old burger again", "OAT-1", "{}", "browser", None),
    )

    _migrate(schema, "catalog", "0004_catalogs")

    assert _rows(
        f"""SELECT p.name, p.sku, p.data::text, p.row_version, c.name, c.source, c.is_default
            FROM "{schema}".catalog_product p JOIN "{schema}".catalog_catalog c ON c.id = p.catalog_id
            ORDER BY p.created_at"""
    ) == [
        ("Oat drink", "OAT-1", "{}", 1, "Products", "manual", True),
        ("Oat drink again", "", '{"legacy": {"sku": "OAT-1", "kept": 1}}', 2, "Products", "manual", True),
        ("In the trash", "OAT-1", "{}", 1, "Products", "manual", True),
        ("Old burger", "OAT-1", "{}", 1, "Former campaign builder", "legacy", False),
        ("Old burger again", "", '{"legacy": {"sku": "OAT-1"}}', 2, "Former campaign builder", "legacy", False),
    ]
    assert _rows(f"""SELECT count(*) FROM "{schema}".audit_entry WHERE event <> 'create'""") == [(0,)]


def _products(schema: str, *rows: tuple[str, str, str, str | None, str | None]) -> None:
    for number, (name, sku, data, source, trashed_at) in enumerate(rows):
        _execute(
            f"""INSERT INTO "{schema}".catalog_product
                (id, owner_id, name, sku, data, legacy_source, legacy_id, trashed_at, created_at)
                VALUES (uuidv7(), uuidv7(), %s, %s, %s, %s, %s, %s, '2026-01-01'::timestamptz + %s * interval '1 h')""",
            [name, sku, data, source, str(number) if source else None, trashed_at, number],
        )


def _migrate(schema: str, *target: str) -> None:
    call_command("migrate_schemas", *target, schema_name=schema, database="owner", verbosity=0, interactive=False)


def _execute(sql: str, parameters: list[Any] | None = None) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql, parameters)


def _rows(sql: str) -> list[Any]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())
