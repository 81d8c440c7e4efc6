"""The preferences of a person, in one organization."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, ClassVar, Literal
from zoneinfo import available_timezones

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from tenants.access.settings.declaration import Settings, Shown, Word, check


def _known_zone(name: str) -> str:
    if name and name not in available_timezones():
        raise PydanticCustomError("unknown_value", "{message}", {"message": _now("Choose a time zone from the list.")})
    return name


@check
class PreferenceValues(Settings):
    """How one person wants to work here."""

    sections: ClassVar[Mapping[str, Word]] = MappingProxyType(
        {"look": _("Look"), "times": _("Dates and times"), "pages": _("Pages and lists"), "keyboard": _("Keyboard")}
    )

    theme: Annotated[
        Literal["account", "auto", "light", "dark"],
        Shown(
            "look",
            _("Theme"),
            words={
                "account": _("As in your account"),
                "auto": _("As the system"),
                "light": _("Light"),
                "dark": _("Dark"),
            },
        ),
    ] = "account"
    density: Annotated[
        Literal["comfortable", "compact"],
        Shown(
            "look",
            _("Density"),
            _("Compact shows more rows at once."),
            words={"comfortable": _("Comfortable"), "compact": _("Compact")},
        ),
    ] = "comfortable"
    time_zone: Annotated[
        str,
        Field(max_length=64),
        AfterValidator(_known_zone),
        Shown("times", _("Time zone"), _("Times here are shown and written on this clock.")),
    ] = ""
    date_format: Annotated[
        Literal["auto", "dmy", "mdy", "iso"],
        Shown(
            "times",
            _("Dates"),
            words={
                "auto": _("As the language has it"),
                "dmy": _("31 Jan 2030, 14:05"),
                "mdy": _("Jan 31, 2030, 2:05 PM"),
                "iso": _("2030-01-31 14:05"),
            },
        ),
    ] = "auto"
    start_page: Annotated[
        Literal["home", "campaigns", "catalog", "assets"],
        Shown(
            "pages",
            _("Start page"),
            _("Where you land when you sign in, if you can open it."),
            words={
                "home": _("Home"),
                "campaigns": _("Campaigns"),
                "catalog": _("Catalog"),
                "assets": _("Assets"),
            },
        ),
    ] = "home"
    campaigns_view: Annotated[
        Literal["list", "board", "calendar"],
        Shown(
            "pages",
            _("Campaigns as"),
            words={"list": _("List"), "board": _("Board"), "calendar": _("Calendar")},
        ),
    ] = "list"
    list_size: Annotated[
        Literal[25, 50, 100, 200],
        Shown(
            "pages",
            _("Rows per page"),
            _("In the tables of campaigns, products, people, shares and the change log."),
            words={25: "25", 50: "50", 100: "100", 200: "200"},
        ),
    ] = 50
    shortcuts: Annotated[
        bool,
        Field(strict=True),
        Shown("keyboard", _("Single-key shortcuts"), _("Such as / for the filter of a list.")),
    ] = True
