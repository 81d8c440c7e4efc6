"""The settings of an organization."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, ClassVar, Literal

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from tenants.access.settings.declaration import Settings, Shown, Word, check
from tenants.access.settings.patterns import IN_LINKS, IN_NAMES, only


def _currency(code: str) -> str:
    if code and not (len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()):
        raise PydanticCustomError("wrong_format", "{message}", {"message": _now("Use three letters, such as EUR.")})
    return code


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise PydanticCustomError("wrong_format", "{message}", {"message": _now("Write it on one line.")})
    return text


Severity = Literal["allow", "warn", "block"]
_SEVERITIES = MappingProxyType({"allow": _("Allow"), "warn": _("Warn"), "block": _("Refuse the launch")})
Text = Annotated[str, Field(max_length=120), AfterValidator(_one_line)]


@check
class OrganizationValues(Settings):
    """What is the same for everybody in the organization."""

    sections: ClassVar[Mapping[str, Word]] = MappingProxyType(
        {
            "campaigns": _("New campaigns"),
            "links": _("Link parameters"),
            "launch": _("Before a launch"),
            "calendar": _("Calendar"),
        }
    )

    currency: Annotated[
        str,
        Field(max_length=3),
        AfterValidator(_currency),
        Shown("campaigns", _("Currency"), _("New campaigns start with it. Three letters, such as EUR.")),
    ] = ""
    campaign_team: Annotated[
        Literal["none", "own"],
        Shown(
            "campaigns",
            _("Team"),
            _("Who makes a campaign can choose another one of their teams."),
            words={"none": _("No team, until somebody chooses one"), "own": _("The first team of who makes it")},
        ),
    ] = "none"
    name_pattern: Annotated[
        Text,
        only(IN_NAMES),
        Shown(
            "campaigns",
            _("Names"),
            _(
                "How names look here, such as {year}-{month} {name}. It is shown where a campaign gets its name. "
                "Placeholders: {year}, {month}, {quarter}, {objective}, {team}, {name}."
            ),
        ),
    ] = ""
    utm_source: Annotated[
        Text,
        only(IN_LINKS),
        Shown(
            "links",
            _("Source"),
            _("utm_source of new campaigns. Placeholders: {campaign}, {creative}, {placement}, {channel}."),
        ),
    ] = ""
    utm_medium: Annotated[
        Text,
        only(IN_LINKS),
        Shown("links", _("Medium"), _("utm_medium of new campaigns, with the same placeholders.")),
    ] = ""
    without_spend_cap: Annotated[
        Severity, Shown("launch", _("Daily budget without a spend cap"), words=_SEVERITIES)
    ] = "warn"
    without_end: Annotated[Severity, Shown("launch", _("No end"), words=_SEVERITIES)] = "warn"
    without_utm: Annotated[Severity, Shown("launch", _("No link parameters"), words=_SEVERITIES)] = "warn"
    off_pattern: Annotated[
        Severity,
        Shown("launch", _("A name that does not fit"), _("Only where names have a pattern."), words=_SEVERITIES),
    ] = "warn"
    week_start: Annotated[
        Literal["monday", "sunday", "saturday"],
        Shown(
            "calendar",
            _("Weeks start on"),
            words={"monday": _("Monday"), "sunday": _("Sunday"), "saturday": _("Saturday")},
        ),
    ] = "monday"
