"""What is recorded of each model, declared on the model as data."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import models


@dataclass(frozen=True, slots=True)
class Declaration:
    """How one model is recorded: `label` is the column whose text names the object in the log.

    Values of `mask` columns are recorded as "***"; `exclude` columns are not recorded, and a change of them alone
    makes no entry. `exempt` is the reason why a model is not recorded at all, empty for recorded ones.
    """

    label: str = ""
    exclude: tuple[str, ...] = ()
    mask: tuple[str, ...] = ()
    exempt: str = ""


DECLARATIONS: dict[type[models.Model], Declaration] = {}

LOG = "This is the log itself; the runtime role may only read it."
"""The `exempt` reason that also marks a table as append-only for the runtime role."""


def log_tables() -> set[str]:
    """Return the tables of the log, which the runtime role may read but not write."""
    return {model._meta.db_table for model, declared in DECLARATIONS.items() if declared.exempt == LOG}


def audited[M: type[models.Model]](
    *, label: str, exclude: Sequence[str] = (), mask: Sequence[str] = ()
) -> Callable[[M], M]:
    """Declare that every change of the model's rows is recorded."""
    return _declare(Declaration(label=label, exclude=tuple(exclude), mask=tuple(mask)))


def unaudited[M: type[models.Model]](reason: str) -> Callable[[M], M]:
    """Declare that the model is not recorded, and why."""
    return _declare(Declaration(exempt=reason))


def _declare[M: type[models.Model]](declaration: Declaration) -> Callable[[M], M]:
    def register(model: M) -> M:
        DECLARATIONS[model] = declaration
        return model

    return register
