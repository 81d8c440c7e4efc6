"""`/api/v1/settings` and `/api/v1/preferences`: what the organization, and what the caller, has chosen."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel, ConfigDict, create_model

from kernel.http.api import actor_of
from kernel.http.etag import expected_version, of
from kernel.http.operations import Router, declares
from kernel.http.output import dump, instant, respond
from kernel.http.strict import Input, unsent
from kernel.tenancy.context import current_organization
from tenants.access.settings.commands import CHANGE, change_preferences, change_settings
from tenants.access.settings.declaration import Settings
from tenants.access.settings.organization import OrganizationValues
from tenants.access.settings.preferences import PreferenceValues
from tenants.access.settings.queries import Found, preferences_detail, settings_detail

router = Router(tags=["Settings"])
preferences = Router(tags=["Settings"])


class OrganizationFactsOut(BaseModel):
    """What is chosen with the organization itself; its people change it on its settings page."""

    id: UUID
    slug: str
    name: str
    time_zone: str


def _answer(cls: type[Settings], name: str, about: str, **more: Any) -> type[BaseModel]:
    """Return the class of an answer: every setting as it counts now, and the row's version."""
    fields: dict[str, Any] = {
        key: (Annotated[(found.annotation, *found.metadata)], ...) for key, found in cls.model_fields.items()
    }
    return create_model(name, __doc__=about, **fields, **more, version=(int, ...), updated_at=(str | None, ...))


def _change(cls: type[Settings], name: str, about: str, example: dict[str, Any]) -> type[Input]:
    """Return the class of a change: any of the settings, each also null for its default."""
    fields: dict[str, Any] = {
        key: (
            Annotated[(found.annotation, *found.metadata)] | None,
            unsent(
                description=f"{cls.shown()[key].label}. {cls.shown()[key].help}".strip() + f" {_default(found.default)}"
            ),
        )
        for key, found in cls.model_fields.items()
    }
    made = create_model(name, __base__=Input, __doc__=about, **fields)
    made.model_config = ConfigDict(**Input.model_config, json_schema_extra={"examples": [example]})
    made.model_rebuild(force=True)
    return made


def _default(value: Any) -> str:
    return f"null: the default again ({dump(value).decode()})."


SettingsOut: Any = _answer(
    OrganizationValues,
    "SettingsOut",
    "The organization's settings as they count now; version 0 where nobody has chosen anything.",
    organization=(OrganizationFactsOut, ...),
)
SettingsChange: Any = _change(
    OrganizationValues, "SettingsChange", "The settings to change; those left out stay.", {"week_start": "sunday"}
)
PreferencesOut: Any = _answer(
    PreferenceValues, "PreferencesOut", "How you want to work here; version 0 where you have chosen nothing."
)
PreferencesChange: Any = _change(
    PreferenceValues, "PreferencesChange", "The preferences to change; those left out stay.", {"density": "compact"}
)


@router.get("", response=SettingsOut, openapi_extra=declares("member", if_none_match=True))
def read_settings(request: HttpRequest) -> HttpResponse:
    """The organization's settings, defaults included."""
    return _respond(request, _settings(settings_detail(actor=actor_of(request))))


@router.patch("", response=SettingsOut, openapi_extra=declares(CHANGE, body=True, if_match=True))
def change_the_settings(request: HttpRequest, body: SettingsChange) -> HttpResponse:
    """Change the settings you send; null takes a choice back. They count from the next request on."""
    actor = actor_of(request)
    with expected_version(request, lambda: _etag(_settings(settings_detail(actor=actor)))) as version:
        found = change_settings(actor=actor, version=version, changes=body.model_dump(exclude_unset=True))
    return _respond(request, _settings(found))


@preferences.get("", response=PreferencesOut, openapi_extra=declares("member", if_none_match=True))
def read_preferences(request: HttpRequest) -> HttpResponse:
    """How you want to work in this organization, defaults included."""
    return _respond(request, _plain(preferences_detail(actor=actor_of(request))))


@preferences.patch("", response=PreferencesOut, openapi_extra=declares("member", body=True, if_match=True))
def change_your_preferences(request: HttpRequest, body: PreferencesChange) -> HttpResponse:
    """Change the preferences you send; null takes a choice back. A token changes those of its owner."""
    actor = actor_of(request)
    with expected_version(request, lambda: _etag(_plain(preferences_detail(actor=actor)))) as version:
        found = change_preferences(actor=actor, version=version, changes=body.model_dump(exclude_unset=True))
    return _respond(request, _plain(found))


def _settings(found: Found[OrganizationValues]) -> dict[str, Any]:
    here = current_organization()
    organization = {"id": here.id, "slug": here.slug, "name": here.name, "time_zone": here.time_zone}
    return _plain(found) | {"organization": organization}


def _plain[S: Settings](found: Found[S]) -> dict[str, Any]:
    return found.values.model_dump() | {"version": found.row_version, "updated_at": instant(found.updated_at)}


def _respond(request: HttpRequest, answer: dict[str, Any]) -> HttpResponse:
    return respond(request, answer, version=answer["version"])


def _etag(answer: dict[str, Any]) -> str:
    return of(dump(answer), answer["version"])
