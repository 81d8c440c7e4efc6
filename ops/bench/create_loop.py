"""The baseline of the import bench: what the former import did, on our models.

The whole file is loaded, then each row is created on its own while django-auditlog's signals record it. Our log is
written by the database only, so the organization it runs in is prepared for it: triggers off, the log writable.
"""

import json
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Final

from auditlog.models import LogEntryManager
from auditlog.registry import AuditlogModelRegistry
from django.conf import settings
from django.db import connections, models
from django.utils import timezone

from audit.entries import EntryManager
from campaigns.models import Campaign
from kernel.ids import uuid7
from kernel.tenancy.context import SYSTEM
from kernel.tenancy.names import tenant_role
from kernel.tenancy.privileges import app_role, owner_database
from kernel.tenancy.scope import scope
from tenants.models import Organization

_OWNER: Final = uuid7()


def prepare(organization: Organization) -> None:
    """Let the product's role write the log of this one organization, and keep the triggers from writing it too."""
    schema = organization.schema_name
    role = tenant_role(owner_database(), schema) if settings.TENANT_DB_ROLES else app_role()
    with connections["owner"].cursor() as cursor:
        cursor.execute(f'ALTER TABLE "{schema}".campaigns_campaign DISABLE TRIGGER USER')
        cursor.execute(f'GRANT INSERT ON "{schema}".audit_entry TO "{role}"')


def create_each(options: dict[str, Any]) -> dict[str, Any]:
    """Create the dump's first campaigns one by one, each in its own transaction or all in one."""
    organization = Organization.objects.get(pk=options["organization"])
    AuditlogModelRegistry().register(Campaign)
    EntryManager.log_create = _log_create  # type: ignore[assignment, method-assign]
    began = time.perf_counter()
    with Path(options["dump"]).open("rb") as file:
        rows = json.loads(json.load(file)["campaigns"])
    loaded = time.perf_counter()
    whole = options["one_transaction"]
    with scope(organization, actor=SYSTEM, source="import") if whole else nullcontext():
        for row in rows[: options["rows"]]:
            with nullcontext() if whole else scope(organization, actor=SYSTEM, source="import"):
                _create(row)
    return {"load": loaded - began, "seconds": time.perf_counter() - loaded}


def _create(row: dict[str, Any]) -> None:
    Campaign.objects.create(
        name=row["name"] or "Unnamed Campaign",
        status="draft",
        owner_id=_OWNER,
        legacy_source="loop",
        legacy_id=str(uuid7()),
        data=row["adData"],
    )


def _log_create(manager: EntryManager, instance: models.Model, force_log: bool = False, **values: Any) -> None:
    """auditlog's own, with the columns that our log has besides."""
    ours = {"timestamp": timezone.now(), "event": "create", "source": "import", "txid": 0}
    LogEntryManager.log_create(manager, instance, force_log, **ours, **values)
