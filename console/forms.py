"""What all forms of the console do alike: show what a command refused, offer choices that are known only now."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any
from zoneinfo import available_timezones

from django import forms

from kernel.errors import DomainError

REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def explain(form: forms.BaseForm, error: DomainError) -> None:
    """Put what a command refused beside the fields it names; the rest stands above the form."""
    for found in error.errors:
        name = found.pointer.strip("/?")
        place = next((where for where in (name, name.partition("/")[0]) if where in form.fields), None)
        form.add_error(place, found.message)
    if not error.errors:
        form.add_error(None, error.detail or str(error.title))


def choose(form: forms.BaseForm, name: str, choices: Iterable[tuple[str, Any]]) -> None:
    """Give a field its choices."""
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(f"{name} is no choice.")
    field.choices = list(choices)


def time_zones() -> list[tuple[str, Any]]:
    """Return UTC, then places by region, as choices."""
    names = sorted(name for name in available_timezones() if name.partition("/")[0] in REGIONS)
    groups = groupby(names, key=lambda name: name.partition("/")[0])
    return [("UTC", "UTC"), *((region, [(name, _place(name)) for name in found]) for region, found in groups)]


def _place(name: str) -> str:
    return name.partition("/")[2].replace("_", " ").replace("/", ", ")
