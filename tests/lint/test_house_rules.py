"""Rules that once cost somebody a leak, kept by reading the source."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("platform/config", "platform/kernel", "tenants", "catalog", "campaigns", "audit", "console", "ops")


def sources() -> Iterator[Path]:
    """Every Python file of the product, migrations and tests left out."""
    for package in PACKAGES:
        yield from (path for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts)


def offenders(rule: re.Pattern[str], *allowed: str) -> list[str]:
    """Files whose code (not comments, not docstrings) matches `rule`, except below the allowed folders."""
    found = []
    for path in sources():
        name = str(path.relative_to(ROOT))
        if not name.startswith(allowed) and rule.search(code_of(path)):
            found.append(name)
    return found


@cache
def code_of(path: Path) -> str:
    """What the file says to Python alone."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body[0] = ast.Pass()
    return ast.unparse(tree)


@pytest.mark.parametrize(
    ("rule", "allowed"),
    [
        (r"\bset_config\(", ()),
        (r"\bpickle\b", ()),
        (r"\bmark_safe\b|\|\s*safe\b", ()),
        (r"\bcsrf_exempt\b", ("platform/kernel/http", "console/public/links.py", "console/signin/views.py")),
        (r"\bcache\.clear\(", ()),
        (r"thread_sensitive=False", ()),
        (r"\basync def\b|\bsync_to_async\b", ()),
        (r"datetime\.utcnow\(|datetime\.now\(\)", ()),
        (
            r"\bschema_context\b|\btenant_context\b|\.set_tenant\(|\.set_schema\(",
            ("platform/kernel/tenancy", "ops/management"),
        ),
        (r"pg_notify\(", ()),
        (r"\bMERGE INTO\b", ()),
        (r"\bUNLOGGED\b|MATERIALIZED VIEW", ()),
        (r"\bDO \$", ()),
        (r"\bTRUNCATE\b", ()),
        (r"\bfrom django\.contrib\.auth\.models import\b", ("tenants/access/models/grants.py",)),
        (r"using\(['\"]owner['\"]\)", ("tenants/provisioning", "tenants/plans.py", "ops")),
    ],
)
def test_nothing_does_what_once_leaked(rule: str, allowed: tuple[str, ...]) -> None:
    assert offenders(re.compile(rule), *allowed) == []


def test_tenant_foreign_keys_to_public_have_no_constraint() -> None:
    from django.apps import apps
    from django.conf import settings

    public = {config.label for config in apps.get_app_configs() if config.name in settings.SHARED_APPS}
    tenant = [config for config in apps.get_app_configs() if config.name in settings.TENANT_APPS]
    wrong = [
        f"{model._meta.label}.{field.name}"
        for config in tenant
        for model in config.get_models()
        if model._meta.managed
        for field in model._meta.local_fields
        if field.is_relation
        and field.related_model is not None
        and field.related_model._meta.app_label in public
        and field.db_constraint  # type: ignore[attr-defined]
    ]
    assert wrong == []


def test_every_model_has_a_fixed_content_type_id() -> None:
    from django.apps import apps
    from django.conf import settings

    labels = {model._meta.label_lower for model in apps.get_models()}
    assert labels - settings.CONTENT_TYPES.keys() == set()
    assert len(set(settings.CONTENT_TYPES.values())) == len(settings.CONTENT_TYPES)


def test_apps_are_wholly_public_or_wholly_tenant() -> None:
    from django.conf import settings

    assert set(settings.SHARED_APPS) & set(settings.TENANT_APPS) == set()


def test_console_views_write_nothing_themselves() -> None:
    """Commands write; a view that saves has skipped permission, version and limits."""
    writes = re.compile(r"\.objects\.(create|bulk_create|update_or_create|get_or_create)\(|\.save\(|\.delete\(\)")
    wrong = [str(path.relative_to(ROOT)) for path in (ROOT / "console").rglob("*.py") if writes.search(code_of(path))]
    assert wrong == []
