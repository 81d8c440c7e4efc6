"""Limits of the organization's plan, kept also when two calls race for the last place."""

from collections.abc import Callable
from hashlib import blake2b

from django.db import connection
from django.utils.translation import gettext as _

from kernel.errors import LimitReached
from kernel.tenancy.context import current_organization


def reserve(limit: str, count: Callable[[], int], *, adding: int = 1, unit: int = 1) -> None:
    """Raise LimitReached unless `adding` more of `limit` (seats, campaigns, products, storage_mb) fit into the plan.

    Where what is counted is smaller than what the plan speaks of, `unit` says how many of it make one: bytes of a MB.
    `count` tells what is used. It is asked under a lock that is held to the end of the transaction, so calls that
    race for the last place are answered one after the other. Without a limit nothing is locked or asked.
    """
    organization = current_organization()
    maximum = organization.limits[limit]
    if maximum is None:
        return
    lock_until_commit(f"limit:{organization.id}:{limit}")
    current = count()
    if current + adding > maximum * unit:
        used = -(-current // unit)
        raise LimitReached(
            _("Your plan allows %(maximum)d and you have %(current)d.") % {"maximum": maximum, "current": used},
            limit=limit,
            current=used,
            maximum=maximum,
        )


def lock_until_commit(name: str, *, shared: bool = False) -> None:
    """Wait for every other transaction that has locked `name`, then keep it locked to the end of this one.

    Those that lock it `shared` wait for the others only, not for each other.
    """
    digest = blake2b(name.encode(), digest_size=8).digest()
    with connection.cursor() as cursor:
        kind = "_shared" if shared else ""
        cursor.execute(f"SELECT pg_advisory_xact_lock{kind}(%s)", [int.from_bytes(digest, signed=True)])
