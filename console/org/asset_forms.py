"""The form of an asset."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.models import Asset
from console.org.forms import Choices, ObjectForm, VersionForm


class AssetForm(ObjectForm):
    """What is said about an asset; its files come in as versions."""

    name = forms.CharField(label=_("Name"), max_length=255)
    alt = forms.CharField(
        label=_("Description for those who can't see it"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What the picture shows, in a sentence. Advertisements use it where they have no own."),
    )
    status = forms.ChoiceField(label=_("State"), choices=Asset.Status.choices)
    rights_until = forms.DateField(
        label=_("Rights end on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The last day on which it may be shown. No campaign is launched with it after that."),
    )
    label_ids = forms.TypedMultipleChoiceField(
        label=_("Labels"), required=False, coerce=UUID, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, labels: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        choices = list(labels)
        if choices:
            self.fields["label_ids"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["label_ids"]


class CurrentForm(VersionForm):
    """The version of the asset's row that the person has seen, and the file that is to be shown from now on."""

    n = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
