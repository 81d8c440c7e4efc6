"""An organization keeps an owner: one rule for every way in which it could lose the last one."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kernel.errors import Conflict
from tenants.access.context import forget
from tenants.access.models import Membership


def lasting_owners() -> QuerySet[Membership]:
    """Return the active owners whose place here has no end: of these, at least one always stays."""
    return Membership.objects.filter(role__slug="owner", status=Membership.Status.ACTIVE, expires_at=None).order_by()


@contextmanager
def keeping_an_owner() -> Iterator[None]:
    """Undo what the block wrote and raise Conflict where it took away the last lasting owner.

    Call records.access_changing() before: changes of access then happen one after the other, so of many who take away
    different owners at once, each looks at what those before left. Before the first owner there is nothing to keep.
    """
    had_one = lasting_owners().exists()
    try:
        with transaction.atomic():
            yield
            if had_one and not lasting_owners().exists():
                raise Conflict(_("An organization needs at least one active owner."), code="last_owner")
    except Conflict:
        forget()
        raise
