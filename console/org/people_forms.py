"""The forms about people: whom to ask in, which role, until when, and who inherits."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.forms import choose
from console.org.forms import VersionForm
from kernel.errors import DomainError

type Choices = Iterable[tuple[str, str | Promise]]

AS_LONG = _("Empty: for as long as you like.")


class LastDayField(forms.DateField):
    """The last day on which somebody may come in, on the reader's clock; it means the midnight after it."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def clean(self, value: Any) -> Any:
        """Return the moment at which the day is over."""
        day = super().clean(value)
        if day is None:
            return None
        try:
            return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
        except OverflowError:
            raise forms.ValidationError(_("Choose an earlier day."), code="out_of_range") from None

    def prepare_value(self, value: Any) -> Any:
        """Return the last day before a moment; what a person typed stays as typed."""
        if isinstance(value, datetime):
            return (timezone.localtime(value) - timedelta(microseconds=1)).date()
        return super().prepare_value(value)


class InvitationForm(forms.Form):
    """Whom to ask in."""

    email = forms.CharField(
        label=_("E-mail addresses"),
        help_text=_(
            "One or many, divided by commas or lines. Names may stand with them: Ada Lovelace <ada@example.com>"
        ),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
    )
    role = forms.ChoiceField(label=_("Role"))
    ends = LastDayField(label=_("Last day"), required=False, help_text=AS_LONG)
    teams = forms.TypedMultipleChoiceField(
        label=_("Teams"), required=False, coerce=UUID, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, roles: Choices, teams: Choices, **more: Any) -> None:
        super().__init__(data, **more)
        choose(self, "role", roles)
        offered = list(teams)
        choose(self, "teams", offered)
        if not offered:
            del self.fields["teams"]


class RoleForm(VersionForm):
    """Which role somebody gets."""

    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, data: Any = None, *, roles: Choices, **more: Any) -> None:
        super().__init__(data, **more)
        choose(self, "role", roles)


class EndForm(VersionForm):
    """Until when somebody may come in."""

    ends = LastDayField(label=_("Last day"), required=False, help_text=AS_LONG)


class LeavingForm(VersionForm):
    """Who inherits; nobody, from somebody who owns nothing."""

    heir = forms.TypedChoiceField(label=_("Who inherits"), coerce=UUID, empty_value=None)

    def __init__(self, data: Any = None, *, heirs: Choices, owns: bool, **more: Any) -> None:
        super().__init__(data, **more)
        self.fields["heir"].required = owns
        choose(self, "heir", [("", _("Choose a person")), *heirs])


def told(form: forms.BaseForm, error: DomainError, names: Mapping[str, str]) -> None:
    """Put what a command refused beside the form's own fields; `names` says what they are called here."""
    for found in error.errors:
        name = found.pointer.strip("/?")
        name = names.get(name, name)
        form.add_error(name if name in form.fields else None, found.message)
    if not error.errors:
        form.add_error(None, error.detail or str(error.title))
