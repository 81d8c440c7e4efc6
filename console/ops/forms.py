"""The operators' forms: they hold what was typed; what is right about it the commands decide."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from console.forms import choose, time_zones


class OnboardForm(forms.Form):
    """A new organization and its first admin."""

    name = forms.CharField(label=_("Name"), max_length=120)
    slug = forms.CharField(label=_("Address"), max_length=40)
    time_zone = forms.ChoiceField(label=_("Time zone"), initial="UTC")
    plan = forms.ChoiceField(label=_("Plan"), widget=forms.RadioSelect)
    admin_email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    admin_name = forms.CharField(
        label=_("Name"), max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, data: Any = None, *, plans: Iterable[tuple[str, str]], **more: Any) -> None:
        super().__init__(data, **more)
        choose(self, "plan", plans)
        choose(self, "time_zone", time_zones())


class SuspendForm(forms.Form):
    """Why an organization is shut."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Operators see it on the tenant's page and in the platform audit."),
    )


class PlanForm(forms.Form):
    """Another plan, on top of the version of the organization that the operator has seen."""

    plan = forms.ChoiceField(label=_("Plan"), widget=forms.RadioSelect)
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, plans: Iterable[tuple[str, str]], **more: Any) -> None:
        super().__init__(data, **more)
        choose(self, "plan", plans)
