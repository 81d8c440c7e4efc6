"""Limits of the organization's plan, kept also when two calls race for the last place."""

from collections.abc import Callable
from hashlib import blake2b

from django.db import connection
from django.utils.translation import gettext as _

from kernel.errors import LimitReached
from kernel.tenancy.context import current_organization


def reserve(limit: str, count: Callable[[], int], *, adding: int = 1) -> None:
    """Raise LimitReached unless `adding` more of `limit` (seats, campaigns, products) fit into the plan.

    `count` tells what is used. It is asked under a lock that is held to the end of the transaction, so calls that
    race for the last place are answered one after the other. Without a limit nothing is locked or asked.
    """
    organization = current_organization()
    maximum = organization.limits[limit]
    if maximum is None:
        return
    lock_until_commit(f"limit:{organization.id}:{limit}")
    current = count()
    if current + adding > maximum:
        raise LimitReached(
            _("Your plan allows %(maximum)d and you have %(current)d.") % {"maximum": maximum, "current": current},
            limit=limit,
            current=current,
            maximum=maximum,
        )


def lock_until_commit(name: str) -> None:
    """Wait for every other transaction that has locked `name`, then keep it locked to the end of this one."""
    digest = blake2b(name.encode(), digest_size=8).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(digest, signed=True)])
