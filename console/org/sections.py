"""Settings as forms, one per section, made from their declaration; each is saved by itself."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args, get_origin

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from console.forms import explain, time_zones
from console.org.drafts import forget_draft
from console.org.fields import CurrencyField
from console.org.objects import STALE
from kernel.errors import Invalid, PreconditionFailed
from tenants.access.settings.declaration import Settings, Shown
from tenants.access.settings.queries import Found


class SectionForm(forms.Form):
    """The settings of one section, on top of the version that the person has seen."""

    row_version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, data: Any, cls: type[Settings], section: str, found: Found[Any], **more: Any) -> None:
        names = [name for name, shown in cls.shown().items() if shown.section == section]
        initial = found.values.model_dump(include=set(names)) | {"row_version": found.row_version}
        super().__init__(data, initial=initial, auto_id=f"id_{section}_%s", **more)
        for name in names:
            self.fields[name] = _field(name, cls.model_fields[name].annotation, cls.shown()[name])
        self.section, self.title, self.is_stale = section, cls.sections[section], False

    def changes(self) -> dict[str, Any]:
        """Return what the person changed."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name != "row_version"}

    def rebase(self, version: int) -> None:
        """Let the next attempt stand on `version`; what was typed stays."""
        self.data = {name: self.data.get(name) for name in self.data} | {"row_version": str(version)}
        self.is_stale = True


def section_forms[S: Settings](
    request: HttpRequest, cls: type[S], found: Found[S]
) -> tuple[list[SectionForm], SectionForm | None]:
    """Return a form per section, and the one that was sent, where one was."""
    asked = request.POST.get("section") if request.method == "POST" else None
    made = [SectionForm(request.POST if asked == name else None, cls, name, found) for name in cls.sections]
    return made, next((form for form in made if form.section == asked), None)


def save_section(
    request: HttpRequest,
    form: SectionForm | None,
    change: Callable[[int, Mapping[str, Any]], object],
    current: Callable[[], Found[Any]],
    url: str,
) -> HttpResponse | int:
    """Save what was sent and go back to the page; else return the status with which to show the page again.

    Where somebody was faster, what was typed stays and the next attempt stands on the present version.
    """
    if form is None or not form.is_valid():
        return 422
    try:
        change(form.cleaned_data["row_version"], form.changes())
    except Invalid as error:
        explain(form, error)
        return error.status
    except PreconditionFailed:
        form.rebase(current().row_version)
        form.add_error(None, STALE)
        return 409
    forget_draft(request, "settings")
    messages.success(request, _("%(section)s: saved.") % {"section": form.title})
    return redirect(url)


def _field(name: str, kind: Any, shown: Shown) -> forms.Field:
    about: dict[str, Any] = {"label": shown.label, "help_text": shown.help}
    if get_origin(kind) is Literal:
        stored = {str(value): value for value in get_args(kind)}
        return forms.TypedChoiceField(choices=list(shown.words.items()), coerce=lambda sent: stored[str(sent)], **about)
    if kind is bool:
        return forms.BooleanField(required=False, **about)
    if name == "time_zone":
        choices = [("", _("As in your account, else the organization's")), *time_zones()]
        return forms.ChoiceField(required=False, choices=choices, **about)
    if name == "currency":
        return CurrencyField(required=False, max_length=3, **about)
    return forms.CharField(required=False, max_length=120, **about)
