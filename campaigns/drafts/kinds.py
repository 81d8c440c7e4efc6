"""What drafts are about: a closed list, each with who may draft and how its objects are found."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from kernel.errors import FieldError, Invalid, NotFound
from kernel.tenancy.context import Actor
from tenants.access.models import LIVE, Versioned
from tenants.access.owned import check_not_trashed
from tenants.access.resolver import require_some, visible
from tenants.access.settings.queries import organization_row

SETTINGS = "settings"
NEW = "new-"
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
KEY = rf"^(new-{_UUID}|{_UUID}(\.[a-z]{{1,20}})?|[a-z]{{1,20}})$"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: the permission it takes to see the object, its model (empty: settings, which are one), and where the
    object hangs whose access it follows, empty for one with access of its own.
    """

    view: str
    model: str = ""
    follows: str = ""

    @property
    def rows(self) -> type[Versioned]:
        """The objects' model."""
        found: type[Versioned] = apps.get_model(self.model)
        return found


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "campaign": Kind("campaign:view", "campaigns.Campaign"),
        "creative": Kind("campaign:view", "campaigns.Creative", follows="campaign"),
        "product": Kind("catalog:view", "catalog.Product"),
        "asset": Kind("asset:view", "catalog.Asset"),
        SETTINGS: Kind("organization:settings"),
    }
)


def object_id_of(kind: str, key: str) -> UUID | None:
    """Return the object that `key` names (after a dot: which part of it), None for a new one and for settings.

    Raises Invalid for a key that is none of this kind.
    """
    if not re.fullmatch(KEY, key) or (kind == SETTINGS) != key.isalpha():
        raise Invalid(errors=[FieldError("key", "wrong_format", _("Send an id, or new- and an id of your own."))])
    return None if kind == SETTINGS or key.startswith(NEW) else UUID(key.partition(".")[0])


def version_seen(actor: Actor, kind: str, key: str) -> int | None:
    """Return the version at which the object is now; None for one that is not there yet.

    Raises NotFound where `actor` may not see it, NotAllowed where they may see none of its kind, and Conflict where it
    is in the trash. One statement once access is known.
    """
    about, object_id = KINDS[kind], object_id_of(kind, key)
    require_some(actor, about.view)
    if kind == SETTINGS:
        return organization_row().row_version
    if object_id is None:
        return None
    row = _seen(actor, about).filter(pk=object_id).first()
    if row is None:
        raise NotFound()
    check_not_trashed(row)
    return row.row_version


def of_nothing() -> Q:
    """Return the condition of drafts whose object is in the trash or gone."""
    gone = Q(pk__in=[])
    for name, about in KINDS.items():
        if about.model:
            there = about.rows._default_manager.filter(LIVE, pk=OuterRef("object_id"))
            gone |= Q(kind=name, object_id__isnull=False) & ~Q(Exists(there))
    return gone


def _seen(actor: Actor, about: Kind) -> models.QuerySet[Versioned]:
    if not about.follows:
        return visible(actor, about.view, about.rows)
    leads_to = about.rows._meta.get_field(about.follows).related_model
    return about.rows._default_manager.filter(**{f"{about.follows}__in": visible(actor, about.view, leads_to)})  # type: ignore[arg-type]
