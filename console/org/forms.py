"""The forms of an organization's console: they hold what was typed; what is right about it the commands decide."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign
from catalog.models import Product
from console.forms import choose
from console.org.fields import CurrencyField, LocalMomentField, MicrosField

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


class CampaignForm(ObjectForm):
    """A campaign; amounts in its currency, times on the organization's clock."""

    name = forms.CharField(label=_("Name"), max_length=255)
    objective = forms.ChoiceField(
        label=_("Objective"), required=False, choices=[("", _("None")), *Campaign.Objective.choices]
    )
    product_id = forms.TypedChoiceField(label=_("Product"), required=False, coerce=UUID, empty_value=None)
    starts_at = LocalMomentField(label=_("Starts"), required=False)
    ends_at = LocalMomentField(label=_("Ends"), required=False)
    budget_micros = MicrosField(label=_("Budget"), required=False)
    currency = CurrencyField(label=_("Currency"), required=False, max_length=3, help_text=_("Such as EUR."))
    team_id = forms.TypedChoiceField(label=_("Team"), required=False, coerce=UUID, empty_value=None)

    def __init__(
        self, *args: Any, products: Choices, clock: str, teams: Choices = (), **more: Any
    ) -> None:
        super().__init__(*args, **more)
        choose(self, "product_id", [("", _("None")), *products])
        offer_teams(self, teams)
        self.fields["starts_at"].help_text = self.fields["ends_at"].help_text = clock


class ProductForm(ObjectForm):
    """A product; its price in its currency."""

    name = forms.CharField(label=_("Name"), max_length=255)
    status = forms.ChoiceField(label=_("State"), choices=Product.Status.choices, initial=Product.Status.DRAFT)
    sku = forms.CharField(label=_("SKU"), required=False, max_length=80)
    brand = forms.CharField(label=_("Brand"), required=False, max_length=120)
    category = forms.CharField(label=_("Category"), required=False, max_length=120)
    price_micros = MicrosField(label=_("Price"), required=False)
    currency = CurrencyField(label=_("Currency"), required=False, max_length=3, help_text=_("Such as EUR."))
    url = forms.CharField(label=_("Web address"), required=False, max_length=2000)
    description = forms.CharField(
        label=_("Description"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 5})
    )
    team_id = forms.TypedChoiceField(label=_("Team"), required=False, coerce=UUID, empty_value=None)

    def __init__(self, *args: Any, teams: Choices = (), **more: Any) -> None:
        super().__init__(*args, **more)
        offer_teams(self, teams)


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
