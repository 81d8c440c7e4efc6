"""The forms of sharing and of handing on."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.forms import choose
from console.org.forms import Choices

LEVELS = [
    ("viewer", _("Viewer: see it")),
    ("editor", _("Editor: see and change it")),
    ("manager", _("Manager: everything, also share it and hand it on")),
]
PERSON, TEAM = "person", "team"


class LevelForm(forms.Form):
    """How much, until when, and why."""

    level = forms.ChoiceField(label=_("Level"), choices=LEVELS, initial="viewer")
    ends_on = forms.DateField(
        label=_("Until"),
        required=False,
        help_text=_("To the end of that day; empty for no end."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def expires_at(self) -> datetime | None:
        """Return the moment at which the chosen day is over, on the reader's clock."""
        day: date | None = self.cleaned_data["ends_on"]
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time())) if day else None


class ShareForm(LevelForm):
    """Whom to share with."""

    who = forms.ChoiceField(label=_("Person or team"))
    field_order = ("who", "level", "ends_on", "reason")

    def __init__(self, data: Any = None, *, people: Choices, teams: Choices, **more: Any) -> None:
        super().__init__(data, **more)
        named_people = [(f"{PERSON}:{value}", name) for value, name in people]
        named_teams = [(f"{TEAM}:{value}", name) for value, name in teams]
        groups: list[tuple[str, Any]] = [(str(_("People")), named_people), (str(_("Teams")), named_teams)]
        choose(self, "who", [("", _("Choose…")), *[group for group in groups if group[1]]])
        for name in ("who", "level"):
            self.fields[name].widget.is_wide = True

    def values(self) -> dict[str, Any]:
        """Return what tenants.access.grants.share() takes."""
        kind, _colon, found = self.cleaned_data["who"].partition(":")
        return {
            f"{'user' if kind == PERSON else 'team'}_id": UUID(found),
            "level": self.cleaned_data["level"],
            "expires_at": self.expires_at(),
            "reason": self.cleaned_data["reason"],
        }


class ShareChangeForm(LevelForm):
    """A change of the share that is at `version`."""

    version = forms.IntegerField(min_value=0, max_value=2**32 - 1, widget=forms.HiddenInput)
    ends_before = forms.DateField(required=False, widget=forms.HiddenInput)

    def changes(self) -> dict[str, Any]:
        """Return what tenants.access.grants.change() takes; an end that was not touched keeps its time of day."""
        found = {"level": self.cleaned_data["level"], "reason": self.cleaned_data["reason"]}
        touched = self.cleaned_data["ends_on"] != self.cleaned_data["ends_before"]
        return found | ({"expires_at": self.expires_at()} if touched else {})


class OwnershipForm(forms.Form):
    """Whose it will be."""

    owner_id = forms.TypedChoiceField(label=_("Owner"), coerce=UUID)
    team_id = forms.TypedChoiceField(label=_("Team"), required=False, coerce=UUID, empty_value=None)
    row_version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, people: Choices, teams: Choices, **more: Any) -> None:
        super().__init__(data, **more)
        choose(self, "owner_id", people)
        choose(self, "team_id", [("", _("None")), *teams])
        for name in ("owner_id", "team_id"):
            self.fields[name].widget.is_wide = True
