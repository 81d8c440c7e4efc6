"""The forms about teams and the people in them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from console.forms import choose
from console.org.fields import LocalMomentField
from console.org.forms import VersionForm
from tenants.access.models import Membership, Team, TeamMembership

NOBODY = ("", _("Choose"))


class TeamForm(forms.Form):
    """What a team is called, and where it stands."""

    name = forms.CharField(label=_("Name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    description = forms.CharField(label=_("Description"), required=False, max_length=300)
    parent_id = forms.TypedChoiceField(
        label=_("Below"),
        required=False,
        coerce=UUID,
        empty_value=None,
        help_text=_("Who leads the team above also reaches the objects of this one."),
    )

    def __init__(self, data: Any = None, *, teams: Iterable[Team], **more: Any) -> None:
        super().__init__(data, **more)
        choose(self, "parent_id", [("", _("No team")), *((str(team.pk), team.name) for team in teams)])


class TeamChangeForm(VersionForm, TeamForm):
    """A team on top of the version that was seen."""


class TeamEndForm(VersionForm):
    """Which team gets the objects of one that ends."""

    objects_to = forms.TypedChoiceField(label=_("Its objects go to"), required=False, coerce=UUID, empty_value=None)

    def __init__(self, data: Any = None, *, teams: Iterable[Team], **more: Any) -> None:
        super().__init__(data, **more)
        choose(self, "objects_to", [NOBODY, *((str(team.pk), team.name) for team in teams)])


class MoveForm(forms.Form):
    """Which team gets all objects."""

    to_team_id = forms.TypedChoiceField(label=_("To team"), coerce=UUID)

    def __init__(self, data: Any = None, *, teams: Iterable[Team], **more: Any) -> None:
        super().__init__(data, **more)
        choose(self, "to_team_id", [NOBODY, *((str(team.pk), team.name) for team in teams)])


class OwnerForm(VersionForm):
    """Who owns the team from now on."""

    owner_id = forms.TypedChoiceField(label=_("New owner"), coerce=UUID)

    def __init__(self, data: Any = None, *, people: Iterable[Membership], **more: Any) -> None:
        super().__init__(data, **more)
        choose(self, "owner_id", [NOBODY, *((str(one.user_id), one.name) for one in people)])


class PlaceForm(forms.Form):
    """How somebody is in the team, and until when."""

    role = forms.ChoiceField(label=_("As"), choices=TeamMembership.Role.choices, initial="member")
    expires_at = LocalMomentField(label=_("Until"), required=False)

    def __init__(self, data: Any = None, *, clock: str, **more: Any) -> None:
        super().__init__(data, **more)
        self.fields["expires_at"].help_text = clock


class PlaceChangeForm(VersionForm, PlaceForm):
    """A place in the team as it was seen."""


class AddForm(PlaceForm):
    """Who comes into the team."""

    user_id = forms.TypedChoiceField(label=_("Person"), coerce=UUID)
    field_order = ("user_id", "role", "expires_at")

    def __init__(self, data: Any = None, *, people: Iterable[Membership], clock: str, **more: Any) -> None:
        super().__init__(data, clock=clock, **more)
        choose(self, "user_id", [NOBODY, *((str(one.user_id), f"{one.name} ({one.email})") for one in people)])
