"""Which state of a product may follow which: the one table that says so."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.translation import gettext as _

from kernel.errors import Conflict

TRANSITIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "draft": ("active", "archived"),
        "active": ("draft", "archived"),
        "archived": ("draft",),
    }
)


def check_transition(before: str, after: str) -> None:
    """Raise Conflict, naming the ways that are open, unless `after` may follow `before`."""
    allowed = TRANSITIONS[before]
    if after not in allowed:
        raise Conflict(
            _("A product that is %(before)s can't become %(after)s.") % {"before": before, "after": after},
            code="transition_not_allowed",
            before=before,
            after=after,
            allowed=list(allowed),
        )
