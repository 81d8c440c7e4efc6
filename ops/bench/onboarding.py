"""Making a tenant's schema: our replay against django-tenants' migrations and against psql with the same statements.

The three ways take turns in one run, so a noisy machine hits all alike. psql's figure includes its process start, as
the bar names the command; the start alone is printed beside it.
"""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from typing import Any

from django.core.management import call_command
from django.db import connections

from kernel.ids import uuid7
from kernel.tenancy import privileges
from kernel.tenancy.fingerprint import fingerprint
from kernel.tenancy.names import new_schema_name
from kernel.tenancy.template import Template, statements_for
from ops.bench.report import Bar, middle, report
from tenants.models import Organization
from tenants.provisioning.schemas import current_template, drop_schema, make_schema


def run(*, small: bool) -> None:
    """Measure and report; with `small` in a few rounds."""
    template = current_template()
    ways: dict[str, Callable[[Template], str]] = {"stock migrate_schemas": _stock, "compiled replay": _replay}
    if shutil.which("psql"):
        ways["psql, same statements"] = _psql
    times: dict[str, list[float]] = {name: [] for name in ways}
    prints: dict[str, set[str]] = {name: set() for name in ways}
    starts: list[float] = []
    for _round in range(2 if small else 8):
        for name, make in ways.items():
            began = time.perf_counter()
            schema = make(template)
            times[name].append(time.perf_counter() - began)
            prints[name].add(_fingerprint(schema, stock=make is _stock))
            _drop(schema)
        if _psql in ways.values():
            starts.append(_timed(_psql_start))
    stock, ours = middle(times["stock migrate_schemas"]), middle(times["compiled replay"])
    bars = [Bar("times faster than stock migrate_schemas", stock / ours, ">= 15")]
    if starts:
        bars.append(
            Bar("times psql's time for the same statements", ours / middle(times["psql, same statements"]), "<= 1.5")
        )
    bars.append(Bar("different catalog fingerprints", len(set().union(*prints.values())), "== 1"))
    figures: dict[str, Any] = {f"{name}, median ms": round(middle(seen) * 1000, 1) for name, seen in times.items()}
    figures |= {f"{name}, min..max ms": _range(seen) for name, seen in times.items()}
    if starts:
        figures["psql process start alone, median ms"] = round(middle(starts) * 1000, 1)
    figures["statements in the template"] = template.sql.count(";\n") + 1
    figures["rounds"] = len(times["compiled replay"])
    report("onboarding", bars, figures)


def _stock(_template: Template) -> str:
    """What TenantMixin.save() does: create the schema, then Django's migrate command on it."""
    schema = new_schema_name()
    with connections["owner"].cursor() as cursor:
        cursor.execute(f'CREATE SCHEMA "{schema}"')
    call_command("migrate_schemas", schema_name=schema, database="owner", verbosity=0, interactive=False)
    return schema


def _replay(_template: Template) -> str:
    organization = Organization.objects.using("owner").create(slug=f"b{uuid7().hex}", name="Bench", plan_id="team")
    make_schema(organization)
    return organization.schema_name


def _psql(template: Template) -> str:
    schema = new_schema_name()
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(statements_for(template, schema))
        file.flush()
        subprocess.run([*_psql_command(), "-1", "-f", file.name], check=True, stdout=subprocess.DEVNULL)
    return schema


def _psql_start() -> None:
    subprocess.run([*_psql_command(), "-c", "SELECT 1"], check=True, stdout=subprocess.DEVNULL)


def _psql_command() -> list[str]:
    entry = connections["owner"].settings_dict
    place = {"-h": entry["HOST"], "-p": entry["PORT"], "-U": entry["USER"], "-d": entry["NAME"]}
    options = [part for key, value in place.items() if value for part in (key, str(value))]
    return ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *options]


def _fingerprint(schema: str, *, stock: bool) -> str:
    if stock:
        with connections["owner"].cursor() as cursor:
            cursor.execute(privileges.tenant_grants(schema))
    return fingerprint(schema)


def _drop(schema: str) -> None:
    organization = Organization.objects.using("owner").filter(schema_name=schema).first()
    drop_schema(organization or Organization(schema_name=schema))
    Organization.objects.using("owner").filter(schema_name=schema).delete()


def _timed(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _range(values: list[float]) -> str:
    return f"{min(values) * 1000:.1f}..{max(values) * 1000:.1f}"
