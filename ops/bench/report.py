"""What a bench prints: a table for people and one line for machines."""

import json
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {">=": operator.ge, "<=": operator.le, "==": operator.eq}


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure and its goal: `goal` is a comparison such as ">= 15"."""

    name: str
    value: float
    goal: str

    @property
    def met(self) -> bool:
        """Whether the value satisfies the goal."""
        sign, _space, limit = self.goal.partition(" ")
        return _COMPARE[sign](self.value, float(limit))


def report(suite: str, bars: Sequence[Bar], figures: dict[str, Any]) -> None:
    """Print the figures, the bars with whether they are met, and the BENCH line as the last one."""
    for name, value in figures.items():
        print(f"  {name:<52} {value}")
    print()
    for bar in bars:
        print(f"  {bar.name:<52} {bar.value:>10.2f}   goal {bar.goal:<8} {'met' if bar.met else 'MISSED'}")
    rows = [{"name": bar.name, "value": round(bar.value, 3), "goal": bar.goal, "met": bar.met} for bar in bars]
    print("BENCH " + json.dumps({"suite": suite, "bars": rows, "figures": figures}))


def middle(values: Sequence[float]) -> float:
    """Return the median of what was measured."""
    return float(median(values))
