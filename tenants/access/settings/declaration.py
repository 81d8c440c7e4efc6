"""What a setting is, and how stored values of whatever age become valid ones.

A set of settings is a class; each field has a type with its limits, a default, and `Shown` for people:

    class Preferences(Settings):
        version = 2
        upgrades = {1: _rename_layout}
        sections = {"look": _("Look")}

        density: Annotated[Literal["comfortable", "compact"], Shown("look", _("Density"), words={...})] = "comfortable"

Only what somebody chose is stored, so a changed default reaches everybody else. A new setting needs a field and nothing
more. One that changes its meaning, name or limits takes the next `version` and an upgrade from the one before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Self

from django.utils.functional import Promise
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from kernel.errors import Invalid
from kernel.http.validation import field_errors

type Upgrade = Callable[[dict[str, Any]], dict[str, Any]]
type Word = str | Promise


@dataclass(frozen=True, slots=True)
class Shown:
    """How people meet a setting: under which section, by which label, and what its values are called."""

    section: str
    label: Word
    help: Word = ""
    words: Mapping[Any, Word] = field(default_factory=dict)


class Settings(BaseModel):
    """A set of settings as the code reads it: whole, valid and frozen."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    version: ClassVar[int] = 1
    # From each former version to the next: takes and gives the values that were chosen.
    upgrades: ClassVar[Mapping[int, Upgrade]] = MappingProxyType({})
    sections: ClassVar[Mapping[str, Word]] = MappingProxyType({})

    @classmethod
    def stored(cls, version: int, values: Mapping[str, Any]) -> Self:
        """Return the settings that were stored at `version`.

        What is missing, unknown to this code or not valid any more counts as not chosen: reading never fails.
        """
        chosen = cls.upgraded(version, values)
        return cls.model_construct(**cls.defaults() | {name: chosen[name] for name in cls.valid(chosen)})

    @classmethod
    def upgraded(cls, version: int, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return `values` in the shape of today; those of a newer release are left as they are."""
        found = dict(values)
        for step in range(version, cls.version):
            found = cls.upgrades[step](found)
        return found

    @classmethod
    def valid(cls, values: Mapping[str, Any]) -> list[str]:
        """Return the names of the settings whose value in `values` is one they may have."""
        return [name for name, adapter in _adapters(cls).items() if name in values and _fits(adapter, values[name])]

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        """Return what counts where nobody chose."""
        return {name: found.default for name, found in cls.model_fields.items()}

    @classmethod
    def checked(cls, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Return `changes` as they are stored, None (the default again) included.

        Raises Invalid with an error at each setting that can't have its value, and at each that there is not.
        """
        given = {name: value for name, value in changes.items() if value is not None or name not in cls.model_fields}
        try:
            whole = cls.model_validate(given).model_dump()
        except ValidationError as error:
            found = [{**one, "loc": ("body", "changes", *one["loc"])} for one in error.errors(include_url=False)]
            raise Invalid(errors=field_errors(found)) from error
        return {name: None if value is None else whole[name] for name, value in changes.items()}

    @classmethod
    def shown(cls) -> Mapping[str, Shown]:
        """Return how each setting is shown, in the order in which they are declared."""
        return {name: _shown(name, found) for name, found in cls.model_fields.items()}


def check(cls: type[Settings]) -> type[Settings]:
    """Return `cls`; raise TypeError for a declaration that can't work: a decorator, so a mistake stops the start."""
    for name, found in cls.model_fields.items():
        shown = _shown(name, found)
        if shown.section not in cls.sections:
            raise TypeError(f"{cls.__name__}.{name} names the section {shown.section!r}, which there is not.")
        if not _fits(_adapters(cls)[name], found.default):
            raise TypeError(f"{cls.__name__}.{name} has a default that it may not have.")
        if any(not _fits(_adapters(cls)[name], value) for value in shown.words):
            raise TypeError(f"{cls.__name__}.{name} has words for a value that it may not have.")
    if set(cls.upgrades) != set(range(1, cls.version)):
        raise TypeError(f"{cls.__name__} needs one upgrade from each version before {cls.version}.")
    return cls


@cache
def _adapters(cls: type[Settings]) -> Mapping[str, TypeAdapter[Any]]:
    return {
        name: TypeAdapter(Annotated[(found.annotation, *found.metadata)])  # type: ignore[arg-type]
        for name, found in cls.model_fields.items()
    }


def _fits(adapter: TypeAdapter[Any], value: Any) -> bool:
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True


def _shown(name: str, found: FieldInfo) -> Shown:
    for entry in found.metadata:
        if isinstance(entry, Shown):
            return entry
    raise TypeError(f"{name} does not say how it is shown.")
