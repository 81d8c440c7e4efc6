"""What is recorded of each model, declared on the model as data."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import models


@dataclass(frozen=True, slots=True)
class Declaration:
    """How one model is recorded: `label` is the column whose text names the object in the log.

    Values of `mask` columns are recorded as "***"; `exclude` columns are not recorded, and a change of them alone
    makes no entry. `exempt` is the reason why a model is not recorded at all, empty for recorded ones.
    `read_only` tables are written by the database alone: the runtime roles may only read them.
    """

    label: str = ""
    exclude: tuple[str, ...] = ()
    mask: tuple[str, ...] = ()
    exempt: str = ""
    read_only: bool = False


DECLARATIONS: dict[type[models.Model], Declaration] = {}


def audited[M: type[models.Model]](
    *, label: str, exclude: Sequence[str] = (), mask: Sequence[str] = ()
) -> Callable[[M], M]:
    """Declare that every change of the model's rows is recorded."""
    return _declare(Declaration(label=label, exclude=tuple(exclude), mask=tuple(mask)))


def unaudited[M: type[models.Model]](reason: str, *, read_only: bool = False) -> Callable[[M], M]:
    """Declare that the model is not recorded, and why; `read_only` also keeps the runtime roles from writing it."""
    return _declare(Declaration(exempt=reason, read_only=read_only))


def read_only_tables() -> frozenset[str]:
    """Return the tables that no runtime role may write: the logs themselves, and what only triggers count."""
    return frozenset(model._meta.db_table for model, found in DECLARATIONS.items() if found.read_only)


def recorded_models() -> dict[type[models.Model], Declaration]:
    """Return the models whose changes are recorded, with how."""
    return {model: found for model, found in DECLARATIONS.items() if not found.exempt}


def _declare[M: type[models.Model]](declaration: Declaration) -> Callable[[M], M]:
    def register(model: M) -> M:
        DECLARATIONS[model] = declaration
        return model

    return register
