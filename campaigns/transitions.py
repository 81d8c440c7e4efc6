"""Which status may follow which, and what each step needs: the one table that says so."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.translation import gettext as _

from kernel.errors import Conflict

TRANSITIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "draft": ("scheduled", "active", "archived"),
        "scheduled": ("draft", "active", "archived"),
        "active": ("paused", "ended"),
        "paused": ("active", "ended"),
        "ended": ("archived",),
        "archived": ("draft",),
    }
)
# What runs, or stops running, is more than an edit.
PUBLISHED = frozenset({"scheduled", "active", "paused", "ended"})


def check_transition(before: str, after: str) -> None:
    """Raise Conflict, naming the ways that are open, unless `after` may follow `before`."""
    allowed = TRANSITIONS[before]
    if after not in allowed:
        raise Conflict(
            _("A campaign that is %(before)s can't become %(after)s.") % {"before": before, "after": after},
            code="transition_not_allowed",
            before=before,
            after=after,
            allowed=list(allowed),
        )


def needs_publish(before: str, after: str) -> bool:
    """Whether the step needs the right to publish besides the right to edit."""
    return before in PUBLISHED or after in PUBLISHED
