"""The forms of an organization's console: they hold what was typed; what is right about it the commands decide."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.forms import choose

type Choices = Iterable[tuple[str, str | Promise]]


class VersionForm(forms.Form):
    """The version that the person has seen."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


class ObjectForm(forms.Form):
    """Something that is created without a version, and changed on top of the version the person has seen."""

    row_version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, changing: bool, **more: Any) -> None:
        super().__init__(data, **more)
        if not changing:
            del self.fields["row_version"]

    def values(self) -> dict[str, Any]:
        """Return everything that was filled in, for a new object."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}

    def changes(self) -> dict[str, Any]:
        """Return what the person changed."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name != "row_version"}

    def rebase(self, version: int) -> None:
        """Let the next attempt stand on `version`; what was typed stays."""
        self.data = {name: self.data.get(name) for name in self.data} | {"row_version": str(version)}


def offer_teams(form: forms.Form, teams: Choices) -> None:
    """Let a new object be put into one of these teams; without teams, and later, there is nothing to choose."""
    choices = list(teams)
    if not choices:
        del form.fields["team_id"]
        return
    choose(form, "team_id", [("", _("None: only you and whom you share it with")), *choices])
    form.fields["team_id"].widget.is_wide = True


class UploadForm(forms.Form):
    """A dump and the browser it comes from."""

    dump = forms.FileField(label=_("File"), max_length=255, allow_empty_file=True)
    source = forms.CharField(
        label=_("Source"),
        max_length=80,
        initial="browser",
        help_text=_("A name for the browser it comes from. Rows of one source are recognized when they come again."),
    )
