"""Which status may follow which, and what each step needs: the one table that says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.errors import Conflict


@dataclass(frozen=True, slots=True)
class Transition:
    """One step. `launches` steps are refused while the preflight finds a blocker (campaigns.preflight)."""

    before: str
    after: str
    verb: Promise
    permission: str
    launches: bool = False


_PUBLISH, _EDIT = "campaign:publish", "campaign:edit"

STEPS: tuple[Transition, ...] = (
    Transition("draft", "scheduled", gettext_lazy("Schedule"), _PUBLISH, launches=True),
    Transition("draft", "active", gettext_lazy("Start"), _PUBLISH, launches=True),
    Transition("draft", "archived", gettext_lazy("Archive"), _EDIT),
    Transition("scheduled", "draft", gettext_lazy("Take off the schedule"), _PUBLISH),
    Transition("scheduled", "active", gettext_lazy("Start now"), _PUBLISH, launches=True),
    Transition("scheduled", "archived", gettext_lazy("Archive"), _PUBLISH),
    Transition("active", "paused", gettext_lazy("Pause"), _PUBLISH),
    Transition("active", "ended", gettext_lazy("End"), _PUBLISH),
    Transition("paused", "active", gettext_lazy("Resume"), _PUBLISH, launches=True),
    Transition("paused", "ended", gettext_lazy("End"), _PUBLISH),
    Transition("ended", "archived", gettext_lazy("Archive"), _PUBLISH),
    Transition("archived", "draft", gettext_lazy("Reopen"), _EDIT),
)
TABLE: Mapping[tuple[str, str], Transition] = MappingProxyType({(step.before, step.after): step for step in STEPS})

# What an undo may put back though no step leads there: it starts nothing.
UNDONE: Mapping[tuple[str, str], Transition] = MappingProxyType(
    {("archived", "ended"): Transition("archived", "ended", gettext_lazy("Undo"), _PUBLISH)}
)


def ways_on(before: str) -> list[Transition]:
    """Return the steps that lead on from a status."""
    return [step for step in STEPS if step.before == before]


def step_between(before: str, after: str) -> Transition:
    """Return the step from `before` to `after`; raise Conflict, naming the ways that are open, where there is none."""
    step = TABLE.get((before, after))
    if step is None:
        raise Conflict(
            _("A campaign that is %(before)s can't become %(after)s.") % {"before": before, "after": after},
            code="transition_not_allowed",
            before=before,
            after=after,
            allowed=[way.after for way in ways_on(before)],
        )
    return step
