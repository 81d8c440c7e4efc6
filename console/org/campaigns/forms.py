"""The forms of a campaign, one for each part of its page: they hold what was typed, the commands decide about it.

Fields of a document are named as its JSON pointers are ("utm/source"), so what a command refuses stands beside them.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.documents import CHANNELS, GENDERS
from campaigns.models import Campaign
from campaigns.utm import PARTS
from console.forms import choose
from console.org.fields import CurrencyField, LocalMomentField, MicrosField
from console.org.forms import Choices, ObjectForm, VersionForm, offer_teams

CHANNEL_WORDS: Mapping[str, str | Promise] = {
    "meta": "Meta",
    "display": _("Display"),
    "ctv": _("Connected TV"),
    "tiktok": "TikTok",
}
GENDER_WORDS = {"all": _("Everybody"), "female": _("Women"), "male": _("Men")}
UTM_WORDS = {
    "source": _("Source"),
    "medium": _("Medium"),
    "campaign": _("Campaign"),
    "term": _("Term"),
    "content": _("Content"),
}
UTM_HINTS = {
    "source": _("Where visits come from, such as newsletter or {channel}."),
    "medium": _("How, such as paid or email."),
    "campaign": _("{campaign} stands for this campaign's name."),
}
LISTS = {
    "countries": _("Countries"),
    "languages": _("Languages"),
    "regions": _("Regions"),
    "cities": _("Cities"),
    "interests": _("Interests"),
    "audiences": _("Audiences"),
    "retailers": _("Retailers"),
}


def channel_choices() -> list[tuple[str, str | Promise]]:
    """Return the channels as choices."""
    return [(code, CHANNEL_WORDS.get(code, code)) for code in CHANNELS]


class WordsField(forms.CharField):
    """A list of words, separated by commas."""

    widget = forms.TextInput(attrs={"autocomplete": "off"})

    def __init__(self, **more: Any) -> None:
        super().__init__(required=False, max_length=4000, **more)

    def prepare_value(self, value: Any) -> Any:
        """Return the words as they are typed."""
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        """Return the words, without blanks around them."""
        return [word.strip() for word in str(value or "").split(",") if word.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare the words, not the blanks between them."""
        return bool(self.to_python(data) != (initial or []))


class ListField(forms.MultipleChoiceField):
    """Some of a closed set, as boxes to tick."""

    widget = forms.CheckboxSelectMultiple

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what is ticked, in any order."""
        return {str(value) for value in initial or ()} != {str(value) for value in data or ()}


class IdsField(ListField):
    """Some objects, by their ids."""

    def clean(self, value: Any) -> list[UUID]:
        """Return the ids."""
        return [UUID(found) for found in super().clean(value)]


class BuildForm(ObjectForm):
    """What a campaign is: name, purpose, channels, labels, UTM parameters, whom it is for."""

    name = forms.CharField(label=_("Name"), max_length=255)
    objective = forms.ChoiceField(
        label=_("Objective"), required=False, choices=[("", _("None")), *Campaign.Objective.choices]
    )
    channels = ListField(label=_("Channels"), required=False, choices=channel_choices)
    label_ids = IdsField(label=_("Labels"), required=False)

    def __init__(self, data: Any = None, *, campaign: Campaign, labels: Choices, **more: Any) -> None:
        super().__init__(data, changing=True, initial=_build_initial(campaign), **more)
        self.campaign = campaign
        choose(self, "label_ids", labels)
        for part in PARTS:
            self.fields[f"utm/{part}"] = forms.CharField(
                label=UTM_WORDS[part], required=False, max_length=200, help_text=UTM_HINTS.get(part, "")
            )
        for name, label in LISTS.items():
            self.fields[f"targeting/{name}"] = WordsField(label=label)
        self.fields["targeting/countries"].help_text = _("Codes such as DE, AT, separated by commas.")
        self.fields["targeting/age_min"] = forms.IntegerField(label=_("Age from"), required=False)
        self.fields["targeting/age_max"] = forms.IntegerField(label=_("Age to"), required=False)
        self.fields["targeting/gender"] = forms.ChoiceField(
            label=_("Gender"),
            required=False,
            choices=[("", _("Not said")), *((code, GENDER_WORDS.get(code, code)) for code in GENDERS)],
        )

    def basic(self) -> list[forms.BoundField]:
        """Return the fields of the campaign itself; without labels there is no choice of them."""
        names = ["name", "objective", "channels", "label_ids"]
        return [self[name] for name in names if name != "label_ids" or self.fields[name].choices]  # type: ignore[attr-defined]

    def utm(self) -> list[forms.BoundField]:
        """Return the fields of the UTM parameters."""
        return [self[f"utm/{part}"] for part in PARTS]

    def targeting(self) -> list[forms.BoundField]:
        """Return the fields of the targeting."""
        return [self[name] for name in self.fields if name.startswith("targeting/")]

    def changes(self) -> dict[str, Any]:
        """Return what the person changed; unknown keys of documents stay."""
        plain = {name: value for name, value in super().changes().items() if "/" not in name}
        for document in ("utm", "targeting"):
            if any(name.startswith(f"{document}/") for name in self.changed_data):
                plain[document] = self._document(document, getattr(self.campaign, document))
        return plain

    def typed_utm(self) -> dict[str, str]:
        """Return the UTM parameters as they are typed."""
        return {part: value for part in PARTS if (value := str(self[f"utm/{part}"].value() or "").strip())}

    def _document(self, document: str, there: Mapping[str, Any]) -> dict[str, Any]:
        found = dict(there)
        for name, value in self.cleaned_data.items():
            if name.startswith(f"{document}/"):
                key = name.partition("/")[2]
                if value in (None, "", []):
                    found.pop(key, None)
                else:
                    found[key] = value
        return found


_PLAIN = ("row_version", "name", "objective", "channels")


def _build_initial(campaign: Campaign) -> dict[str, Any]:
    initial: dict[str, Any] = {name: getattr(campaign, name) for name in _PLAIN}
    initial["label_ids"] = [str(pk) for pk in campaign.label_ids]
    initial |= {f"utm/{part}": campaign.utm.get(part, "") for part in PARTS}
    return initial | {f"targeting/{name}": value for name, value in campaign.targeting.items()}


class MoneyFields(forms.Form):
    """When and for how much, on the organization's clock."""

    starts_at = LocalMomentField(label=_("Starts"), required=False)
    ends_at = LocalMomentField(label=_("Ends"), required=False)
    budget_kind = forms.ChoiceField(
        label=_("Budget is"), required=False, choices=[("", _("Not said")), *Campaign.BudgetKind.choices]
    )
    budget_micros = MicrosField(label=_("Budget"), required=False)
    spend_cap_micros = MicrosField(label=_("Spend cap"), required=False)
    currency = CurrencyField(label=_("Currency"), required=False, max_length=3, help_text=_("Such as EUR."))


class ScheduleForm(ObjectForm, MoneyFields):
    """When a campaign runs and what it may spend."""

    def __init__(self, data: Any = None, *, campaign: Campaign, clock: str, **more: Any) -> None:
        initial = {name: getattr(campaign, name) for name in ("row_version", *MoneyFields.base_fields)}
        super().__init__(data, changing=True, initial=initial, **more)
        self.fields["starts_at"].help_text = self.fields["ends_at"].help_text = clock
        self.fields["spend_cap_micros"].help_text = _("Where a daily budget stops in all.")


class MainProductForm(ObjectForm):
    """The campaign's main product."""

    product_id = forms.TypedChoiceField(label=_("Main product"), required=False, coerce=UUID, empty_value=None)

    def __init__(self, data: Any = None, *, campaign: Campaign, products: Choices, **more: Any) -> None:
        initial = {"row_version": campaign.row_version, "product_id": str(campaign.product_id or "")}
        super().__init__(data, changing=True, initial=initial, **more)
        choose(self, "product_id", [("", _("None")), *products])


class NewCampaignForm(ObjectForm, MoneyFields):
    """A new campaign on one page, with its first creative where words or a picture are given."""

    name = forms.CharField(label=_("Name"), max_length=255)
    objective = forms.ChoiceField(
        label=_("Objective"), required=False, choices=[("", _("None")), *Campaign.Objective.choices]
    )
    channels = ListField(label=_("Channels"), required=False, choices=channel_choices)
    product_id = forms.TypedChoiceField(label=_("Product"), required=False, coerce=UUID, empty_value=None)
    team_id = forms.TypedChoiceField(label=_("Team"), required=False, coerce=UUID, empty_value=None)

    field_order = ("name", "objective", "channels", "starts_at", "ends_at", "budget_kind", "budget_micros")

    def __init__(self, data: Any = None, *, products: Choices, clock: str, teams: Choices, **more: Any) -> None:
        super().__init__(data, changing=False, **more)
        choose(self, "product_id", [("", _("None")), *products])
        offer_teams(self, teams)
        self.fields["starts_at"].help_text = self.fields["ends_at"].help_text = clock

    def basic(self) -> list[forms.BoundField]:
        """Return the fields that say what it is."""
        return self._some("name", "objective", "product_id", "channels", "team_id")

    def money(self) -> list[forms.BoundField]:
        """Return the fields that say when and for how much."""
        return self._some("budget_kind", "budget_micros", "currency", "spend_cap_micros", "starts_at", "ends_at")

    def _some(self, *names: str) -> list[forms.BoundField]:
        return [self[name] for name in names if name in self.fields]


class StatusForm(VersionForm):
    """The status that a campaign shall get, and the list to go back to."""

    status = forms.ChoiceField(choices=Campaign.Status.choices)
    back = forms.CharField(required=False, max_length=2000)


class CopyForm(forms.Form):
    """What a copy shall be."""

    kind = forms.ChoiceField(choices=[("copy", "copy"), ("template", "template")])


class RevisionForm(VersionForm):
    """The revision to go back to."""

    n = forms.IntegerField(min_value=1, max_value=2**31 - 1)


def labelled(labels: Iterable[Any], kept: Iterable[Any] = ()) -> list[tuple[str, str]]:
    """Return labels as choices; `kept` are those that are offered no more but stay chosen."""
    found = {str(label.pk): label.name for label in [*labels, *kept]}
    return list(found.items())
