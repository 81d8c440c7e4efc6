"""Runs the API's own description against the API: every operation, every check, and chains along the links."""

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from config.api import api
from tests.api.caller import Caller
from tests.api.serving import served

# What may be answered to a call that the description allows: it knows no rights, no present state and no references.
REFUSALS = ["2xx", "304", "400", "401", "403", "404", "409", "410", "412", "413", "415", "422", "428"]

BINARY = ("application/offset+octet-stream", "application/x-ndjson", "text/csv")


@schemathesis.serializer(*BINARY)
def _as_it_is(_context: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@dataclass(slots=True)
class Outcome:
    """How many calls were made of each operation, with which statuses, and what was wrong with their answers."""

    calls: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)

    @property
    def cases(self) -> int:
        """How many calls were made."""
        return self.calls.total()


def operations() -> set[str]:
    """Every operation as "METHOD /path"."""
    paths = api.document()["paths"]
    return {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}


def fuzz(caller: Caller, *, seed: int, examples: int, steps: int, thorough: bool) -> Outcome:
    """Call every operation about `examples` times as `caller`, and follow links for `steps` calls per chain.

    A `thorough` run also sends the document's own examples and every boundary of every parameter.
    """
    config = SchemathesisConfig.from_dict(_config(caller, seed, examples, steps, thorough))
    outcome = Outcome()
    with served() as address:
        config.projects.default.base_url = address
        schema = schemathesis.openapi.from_dict(deepcopy(dict(api.document())), config=config)
        for event in from_schema(schema).execute():
            _note(event, outcome)
    return outcome


def _config(caller: Caller, seed: int, examples: int, steps: int, thorough: bool) -> dict[str, Any]:
    return {
        "seed": seed,
        "headers": {"Authorization": f"Bearer {caller.token}", "Host": caller.host},
        "generation": {"max-examples": examples, "mode": "all", "database": "none", "deterministic": True},
        "phases": {
            "examples": {"enabled": thorough},
            "coverage": {"enabled": thorough},
            "fuzzing": {"enabled": True},
            "stateful": {"enabled": steps > 0, "max-steps": max(steps, 2)},
        },
        "checks": {"positive_data_acceptance": {"expected-statuses": REFUSALS}},
    }


def _note(event: Any, outcome: Outcome) -> None:
    if isinstance(event, events.FatalError):
        raise event.exception
    if isinstance(event, events.NonFatalError):
        outcome.failures[f"{event.label}: {event.info.title}"] = event.info.format()
    if not isinstance(event, events.ScenarioFinished):
        return
    recorder = event.recorder
    for case_id, interaction in recorder.interactions.items():
        if interaction.response is not None:
            case = recorder.cases[case_id].value
            outcome.calls[f"{case.method.upper()} {case.path}"] += 1
            outcome.statuses[interaction.response.status_code] += 1
    for name, told in _failed(recorder):
        outcome.failures.setdefault(name, told)


def _failed(recorder: Any) -> Iterator[tuple[str, str]]:
    for case_id, checks in recorder.checks.items():
        for check in checks:
            if check.failure_info is not None:
                case = recorder.cases[case_id].value
                failure = check.failure_info.failure
                command = check.failure_info.code_sample
                name = f"{case.method.upper()} {case.path}: {check.name}: {failure.title}"
                yield name, f"{failure.message}\n{command}"
