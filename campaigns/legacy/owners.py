"""Who owns what an import makes."""

from collections.abc import Callable
from uuid import UUID

from campaigns.legacy.models import ImportBatch
from kernel.errors import NotFound
from kernel.jobs import JobContext
from kernel.tenancy.context import SYSTEM
from tenants.access.members import add_holder, holder_account
from tenants.access.models import Membership


def owner_of(ctx: JobContext, batch_of: Callable[[JobContext], ImportBatch]) -> UUID:
    """Return the account that will own what is made: the one that was chosen while it is an active member, else the
    organization's holder account. The holder is public, so it is made outside the scope.
    """
    with ctx.transaction():
        chosen = batch_of(ctx).owner_id
        if chosen is not None and _stays(chosen):
            return chosen
    if ctx.organization is None:
        raise NotFound()
    holder = holder_account(actor=SYSTEM, organization=ctx.organization)
    with ctx.transaction():
        add_holder(actor=SYSTEM, user=holder)
    return holder.pk


def _stays(user_id: UUID) -> bool:
    return Membership.objects.filter(user_id=user_id, status=Membership.Status.ACTIVE).exists()
