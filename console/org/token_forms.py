"""The forms of API tokens."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from console.forms import choose
from tenants.access.catalogue import PERMISSIONS, RESOURCES, label

DAYS = [(7, _("7 days")), (30, _("30 days")), (90, _("90 days")), (365, _("1 year"))]
OVERLAPS = [
    (0, _("Not at all: it stops at once")),
    (1, _("1 hour")),
    (24, _("24 hours")),
    (72, _("3 days")),
    (168, _("7 days")),
]


class TokenForm(forms.Form):
    """What a program may do in the person's name, and for how long."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("What it is for."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    days = forms.TypedChoiceField(label=_("Ends after"), coerce=int, initial=90, choices=DAYS)
    scopes = forms.MultipleChoiceField(label=_("Scopes"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: Any = None, *, scopes: Sequence[str], **more: Any) -> None:
        super().__init__(data, **more)
        self.offered = scopes
        choose(self, "scopes", [(scope, label(scope)) for scope in scopes])

    def groups(self) -> Iterable[dict[str, Any]]:
        """Return the scopes on offer by what they are about, with those that are ticked."""
        ticked = set(self["scopes"].value() or ())
        for resource, found in groupby(self.offered, lambda scope: PERMISSIONS[scope].resource):
            options = [{"value": scope, "label": label(scope), "ticked": scope in ticked} for scope in found]
            yield {"label": RESOURCES[resource], "options": options}


class RotationForm(forms.Form):
    """How long the present secret keeps working, and whether the token gets another end."""

    overlap_hours = forms.TypedChoiceField(
        label=_("The present secret keeps working for"), coerce=int, initial=24, choices=OVERLAPS
    )
    days = forms.TypedChoiceField(
        label=_("The token ends"),
        coerce=int,
        required=False,
        empty_value=None,
        choices=[("", _("when it would have")), *((days, _("in %(time)s") % {"time": time}) for days, time in DAYS)],
    )

    @property
    def overlap(self) -> timedelta:
        """The overlap that was chosen."""
        return timedelta(hours=self.cleaned_data["overlap_hours"])
