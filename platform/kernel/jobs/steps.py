"""The step ledger of a job: what a page shows and what a repeated attempt skips."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

type Step = dict[str, Any]
type StepState = Literal["waiting", "running", "done", "failed", "undone"]


def planned(steps: Sequence[tuple[str, str]], before: Sequence[Step] = ()) -> list[Step]:
    """Return the ledger for these (name, label) pairs; what an earlier attempt finished stays finished."""
    known = {step["name"]: step for step in before}
    ledger = []
    for name, label in steps:
        earlier = known.get(name)
        ledger.append(earlier if earlier and earlier["state"] == "done" else _waiting(name, str(label)))
    return ledger


def reset_unfinished(steps: Sequence[Step]) -> list[Step]:
    """Return the ledger for another attempt: finished steps stay, the others wait again."""
    return [step if step["state"] == "done" else _waiting(step["name"], step["label"]) for step in steps]


def moved(steps: Sequence[Step], name: str, state: StepState, detail: str = "", error: str = "") -> list[Step]:
    """Return the ledger with one step in a new state; a step that was not planned is appended."""
    ledger = [dict(step) for step in steps]
    step = next((step for step in ledger if step["name"] == name), None)
    if step is None:
        step = _waiting(name, name)
        ledger.append(step)
    now = datetime.now(UTC).isoformat()
    if state == "running":
        step |= {"started_at": now, "finished_at": None}
    elif state != "waiting":
        step |= {"started_at": step["started_at"] or now, "finished_at": now}
    step |= {"state": state, "detail": detail or step["detail"], "error": error}
    return ledger


def state_of(steps: Sequence[Step], name: str) -> StepState | None:
    """Return the state of a step, None where there is no such step."""
    return next((step["state"] for step in steps if step["name"] == name), None)


def _waiting(name: str, label: str) -> Step:
    return {
        "name": name,
        "label": label,
        "state": "waiting",
        "started_at": None,
        "finished_at": None,
        "detail": "",
        "error": "",
    }
