"""The form of a creative, and the choice of its picture and products."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.models import Creative
from campaigns.placements import PLACEMENTS
from console.forms import choose
from console.org.campaigns.forms import IdsField
from console.org.forms import Choices, ObjectForm, VersionForm

SLOT = "picture"


def placement_choices() -> list[tuple[str, str]]:
    """Return the placements with their sizes as choices."""
    return [(code, f"{placement.label} · {placement.size}") for code, placement in PLACEMENTS.items()]


class WordsForm(forms.Form):
    """What a creative says, where it leads, and the picture that it gets."""

    headline = forms.CharField(label=_("Headline"), required=False, max_length=255)
    body = forms.CharField(label=_("Text"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))
    cta = forms.CharField(label=_("Call to action"), required=False, max_length=80, help_text=_("Such as Shop now."))
    final_url = forms.CharField(
        label=_("Final URL"), required=False, max_length=2000, help_text=_("Where a click leads, with https://.")
    )
    asset_id = forms.TypedChoiceField(label=_("Picture"), required=False, coerce=UUID, empty_value=None)
    picture = forms.FileField(label=_("Upload a picture"), required=False, max_length=255)

    def offer_pictures(self, ids: Choices) -> None:
        """Let the picture be one of these assets."""
        choose(self, "asset_id", [("", _("None")), *ids])


class FirstCreativeForm(WordsForm):
    """The first creative of a new campaign, in as many placements as are ticked."""

    placements = forms.MultipleChoiceField(
        label=_("Sizes"), required=False, choices=placement_choices, widget=forms.CheckboxSelectMultiple
    )

    def is_given(self) -> bool:
        """Whether there is anything to make a creative of."""
        return any(self.cleaned_data.get(name) for name in ("headline", "body", "final_url", "asset_id", "picture"))

    def values_for(self, placement: str, name: str) -> dict[str, Any]:
        """Return the creative in one placement."""
        words = {field: self.cleaned_data[field] for field in ("headline", "body", "cta", "final_url")}
        return words | {"placement": placement, "name": f"{name} · {PLACEMENTS[placement].label}"[:255]}


class CreativeForm(ObjectForm, WordsForm):
    """A creative. Each picture that it has already may follow its asset, stay at one version, or go."""

    name = forms.CharField(label=_("Name"), max_length=255)
    placement = forms.ChoiceField(label=_("Size"), choices=placement_choices)
    product_ids = IdsField(label=_("Products"), required=False)
    slot = forms.CharField(required=False, max_length=80)

    field_order = ("name", "placement", "headline", "body", "cta", "final_url")

    def __init__(self, data: Any = None, files: Any = None, *, links: list[dict[str, Any]], **more: Any) -> None:
        super().__init__(data, files=files, **more)
        self.links = links
        for link in links:
            choices = [("", _("Follow the current version")), *link["versions"], ("remove", _("Take it off"))]
            self.fields[f"link-{link['slot']}"] = forms.ChoiceField(
                label=link["name"],
                required=False,
                choices=choices,
                initial=str(link["version_id"] or ""),
                widget=forms.Select(attrs={"class": "input"}),
            )

    def words(self) -> list[forms.BoundField]:
        """Return the fields of the first card."""
        return [self[name] for name in ("name", "placement", "headline", "body", "cta", "final_url")]

    def linked(self) -> list[dict[str, Any]]:
        """Return the pictures that are there, each with its field."""
        return [link | {"field": self[f"link-{link['slot']}"]} for link in self.links]

    def slots(self) -> list[str]:
        """Return the places where a picture can go."""
        there = [link["slot"] for link in self.links]
        return there if SLOT in there else [*there, SLOT]

    def plain(self) -> dict[str, Any]:
        """Return the creative's own fields as typed."""
        names = ("name", "placement", "headline", "body", "cta", "final_url")
        return {name: self.cleaned_data[name] for name in names}

    def pictures(self, added: UUID | None) -> list[dict[str, Any]]:
        """Return the pictures as they shall be; `added` goes to its slot, in place of what is there."""
        target = self.cleaned_data["slot"] or (self.slots()[0] if self.links else SLOT)
        found: list[dict[str, Any]] = []
        for link in self.links:
            chosen = self.cleaned_data[f"link-{link['slot']}"]
            if added and link["slot"] == target:
                found.append({"asset_id": added, "version_id": None, "slot": target})
            elif chosen != "remove":
                version = UUID(chosen) if chosen else None
                found.append({"asset_id": link["asset_id"], "version_id": version, "slot": link["slot"]})
        if added and target not in [link["slot"] for link in found]:
            found.append({"asset_id": added, "version_id": None, "slot": target})
        return found


class SwitchForm(VersionForm):
    """What to do to one creative of the grid."""

    to = forms.ChoiceField(
        choices=[(word, word) for word in (*Creative.Status.values, "up", "down", "trash", "restore")]
    )
