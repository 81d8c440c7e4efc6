"""What all forms of the console do alike: show what a command refused, take choices that are known only now."""

from collections.abc import Iterable
from typing import Any

from django import forms

from kernel.errors import DomainError


def explain(form: forms.BaseForm, error: DomainError) -> None:
    """Put what a command refused beside the fields it names; the rest stands above the form."""
    for found in error.errors:
        name = found.pointer.strip("/?")
        form.add_error(name if name in form.fields else None, found.message)
    if not error.errors:
        form.add_error(None, error.detail or str(error.title))


def choose(form: forms.BaseForm, name: str, choices: Iterable[tuple[str, Any]]) -> None:
    """Give a field its choices."""
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(f"{name} is no choice.")
    field.choices = list(choices)
