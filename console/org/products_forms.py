"""The forms of the catalog: a product with its catalog's attributes, its pictures, files, catalogs and labels."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.attributes import Attribute, attributes_of
from catalog.files.values import amount_of, amount_text
from catalog.models import Catalog, Label, Product, ProductFile
from console.forms import choose
from console.org.fields import CurrencyField, MicrosField, ShortInput
from console.org.forms import Choices, ObjectForm, offer_teams
from kernel.http.strict import LARGEST_INTEGER

PREFIX = "attributes-"
type Labels = Iterable[Label]


class MoneyField(forms.CharField):
    """An amount with its currency, as people write it: 19.99 EUR."""

    widget = ShortInput(attrs={"autocomplete": "off"})


class ProductForm(ObjectForm):
    """A product of one catalog; its price in its currency, its attributes by the catalog's schema."""

    name = forms.CharField(label=_("Name"), max_length=255)
    status = forms.ChoiceField(label=_("State"), choices=Product.Status.choices, initial=Product.Status.DRAFT)
    sku = forms.CharField(label=_("SKU"), required=False, max_length=80)
    external_id = forms.CharField(label=_("External id"), required=False, max_length=200)
    group_key = forms.CharField(
        label=_("Group of variants"), required=False, max_length=120, help_text=_("Variants of one thing share it.")
    )
    brand = forms.CharField(label=_("Brand"), required=False, max_length=120)
    category = forms.CharField(label=_("Category"), required=False, max_length=120)
    price_micros = MicrosField(label=_("Price"), required=False)
    currency = CurrencyField(label=_("Currency"), required=False, max_length=3, help_text=_("Such as EUR."))
    url = forms.CharField(label=_("Web address"), required=False, max_length=2000)
    description = forms.CharField(
        label=_("Description"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 5})
    )
    team_id = forms.TypedChoiceField(label=_("Team"), required=False, coerce=UUID, empty_value=None)
    label_ids = forms.TypedMultipleChoiceField(
        label=_("Labels"), required=False, coerce=UUID, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, catalog: Catalog, labels: Labels, teams: Choices = (), **more: Any) -> None:
        initial = dict(more.pop("initial", None) or {})
        held = initial.pop("attributes", {})
        self.known = attributes_of(catalog.attributes)
        initial |= {f"{PREFIX}{found['key']}": _initial(found, held) for found in self.known}
        super().__init__(*args, initial=initial, **more)
        self.held: Mapping[str, Any] = held
        offer_teams(self, teams)
        found = [(label.pk, label.name) for label in labels]
        if found:
            field = self.fields["label_ids"]
            field.choices = found  # type: ignore[attr-defined]
        else:
            del self.fields["label_ids"]
        for attribute in self.known:
            self.fields[f"{PREFIX}{attribute['key']}"] = _field(attribute)
        if "currency" not in initial:
            self.fields["currency"].initial = catalog.currency

    @property
    def attribute_fields(self) -> list[forms.BoundField]:
        """The fields of the catalog's attributes."""
        return [self[f"{PREFIX}{found['key']}"] for found in self.known]

    @property
    def own_fields(self) -> list[forms.BoundField]:
        """All other visible fields."""
        return [bound for bound in self.visible_fields() if not bound.name.startswith(PREFIX)]

    def values(self) -> dict[str, Any]:
        """Return everything that was filled in, for a new product."""
        found = {name: value for name, value in super().values().items() if not name.startswith(PREFIX)}
        attributes = self._attributes()
        return found | ({"attributes": attributes} if attributes else {})

    def changes(self) -> dict[str, Any]:
        """Return what the person changed; attributes as a whole, with those that the catalog does not know."""
        found = {name: value for name, value in super().changes().items() if not name.startswith(PREFIX)}
        if any(name.startswith(PREFIX) for name in self.changed_data):
            found["attributes"] = self._attributes()
        return found

    def _attributes(self) -> dict[str, Any]:
        found = dict(self.held)
        for attribute in self.known:
            key = attribute["key"]
            value = _value(attribute, self.cleaned_data.get(f"{PREFIX}{key}"))
            if value in (None, ""):
                found.pop(key, None)
            else:
                found[key] = value
        return found


class PictureForm(forms.Form):
    """One picture that a product has: where it stands, which version it shows, what it shows in words."""

    asset_id = forms.UUIDField(widget=forms.HiddenInput)
    position = forms.IntegerField(label=_("Place"), min_value=1, max_value=99)
    alt = forms.CharField(label=_("What it shows"), required=False, max_length=300)
    version_id = forms.TypedChoiceField(label=_("Version"), required=False, coerce=UUID, empty_value=None)
    remove = forms.BooleanField(label=_("Take it off"), required=False)

    def __init__(self, *args: Any, versions: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        choose(self, "version_id", [("", _("The current one, always")), *versions])


class SendForm(forms.Form):
    """A file of products and the catalog that it is for."""

    file = forms.FileField(label=_("File"), max_length=255, allow_empty_file=True)
    catalog_id = forms.TypedChoiceField(label=_("Catalog"), required=False, coerce=UUID, empty_value=None)
    match = forms.ChoiceField(
        label=_("Rows are told apart by"),
        choices=ProductFile.Match.choices,
        help_text=_("A row with the number of a product changes it, any other makes one."),
    )

    def __init__(self, *args: Any, catalogs: Iterable[Catalog], **more: Any) -> None:
        super().__init__(*args, **more)
        found: list[tuple[str, Any]] = [(str(catalog.pk), catalog.name) for catalog in catalogs]
        choose(self, "catalog_id", found or [("", _("A new one"))])


class CatalogForm(forms.Form):
    """What a catalog is called, and what its prices are in."""

    name = forms.CharField(label=_("Name"), max_length=120)
    currency = CurrencyField(
        label=_("Currency"), required=False, max_length=3, help_text=_("Of prices that name none. Such as EUR.")
    )
    row_version = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


class LabelForm(forms.Form):
    """A word and its colour."""

    name = forms.CharField(label=_("Name"), max_length=60)
    colour = forms.ChoiceField(label=_("Colour"), choices=Label.Colour.choices, initial=Label.Colour.GREY)
    version = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


def _field(attribute: Attribute) -> forms.Field:
    """The field that asks for an attribute. What is right about it the command decides."""
    label, kind = attribute["label"], attribute["type"]
    options: dict[str, Any] = {"label": label, "required": attribute.get("required", False)}
    if kind == "choice":
        return forms.ChoiceField(choices=[("", _("None")), *((one, one) for one in attribute["options"])], **options)
    if kind == "boolean":
        return forms.ChoiceField(choices=[("", _("Not said")), ("true", _("Yes")), ("false", _("No"))], **options)
    if kind == "number":
        return forms.FloatField(widget=ShortInput(attrs={"inputmode": "decimal"}), **options)
    if kind == "date":
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)
    if kind == "money":
        return MoneyField(help_text=_("Such as 19.99 EUR."), max_length=40, **options)
    return forms.CharField(max_length=2000, **options)


def _initial(attribute: Attribute, held: Mapping[str, Any]) -> Any:
    value = held.get(attribute["key"])
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict) and "amount_micros" in value:
        return f"{amount_text(value['amount_micros'])} {value['currency']}"
    return value


def _value(attribute: Attribute, given: Any) -> Any:
    if given in (None, ""):
        return None
    if attribute["type"] == "boolean":
        return given == "true"
    if attribute["type"] == "number":
        whole = given.is_integer() and abs(given) <= LARGEST_INTEGER
        return int(given) if whole else given
    if attribute["type"] == "date":
        return given.isoformat()
    if attribute["type"] == "money":
        return _money(given)
    return given


def _money(text: str) -> Any:
    """The amount; what is none is left as it is, and the command says what is wrong about it."""
    try:
        micros, currency = amount_of(text)
    except ValueError:
        return text
    return {"amount_micros": micros, "currency": currency}
