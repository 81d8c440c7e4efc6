"""What happens when a person's place here ends: access is over by the clock, a job then frees the seat."""

from typing import Any

from django.db.models.functions import Now

from kernel.jobs import JobContext, enqueue, handler
from kernel.tenancy.context import SYSTEM, current_organization
from tenants import records
from tenants.access.mirror import mirror
from tenants.access.models import Membership

EXPIRE = "access.expire_members"


def plan_end(membership: Membership) -> None:
    """Have those suspended whose time is over when `membership` ends; does nothing for one without an end.

    Where the end is moved later, the job of the former one finds nothing to do.
    """
    if membership.expires_at is not None:
        ends = membership.expires_at
        enqueue(EXPIRE, actor=SYSTEM, run_at=ends, dedupe_key=ends.isoformat())


def expire_members() -> int:
    """Suspend the people of the open scope's organization whose time is over; return how many there were."""
    records.access_changing(current_organization().id)
    # An owner whose place has an end is no lasting one, so the last of those is never among them.
    over = list(Membership.objects.filter(status=Membership.Status.ACTIVE, expires_at__lte=Now()).order_by("id"))
    for membership in over:
        membership.status = Membership.Status.SUSPENDED
        membership.row_version += 1
        membership.save(update_fields=["status", "row_version"])
        mirror(membership)
    return len(over)


@handler(EXPIRE, timeout=60)
def _expire(ctx: JobContext) -> dict[str, Any] | None:
    return {"suspended": expire_members()}
