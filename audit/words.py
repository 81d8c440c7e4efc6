"""The words of the log: what events, sources, types and values are called on a screen."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kernel.recorder.triggers import MASKED

_VERBS = {
    "create": gettext_lazy("created"),
    "update": gettext_lazy("changed"),
    "delete": gettext_lazy("deleted"),
    "access": gettext_lazy("viewed"),
}
_SOURCES = {
    "api": gettext_lazy("API"),
    "console": gettext_lazy("Console"),
    "job": gettext_lazy("Job"),
    "import": gettext_lazy("Import"),
    "system": gettext_lazy("System"),
    "operator": gettext_lazy("Operator"),
    "sql": gettext_lazy("Directly in the database"),
}
_LONGEST = 140


def verb(event: str) -> str:
    """Return the verb of an event: the four of rows, else the part after the dot, as in `session.signed_in`."""
    if event in _VERBS:
        return str(_VERBS[event])
    return event.partition(".")[2].replace("_", " ").replace(".", " ")


def source(code: str) -> str:
    """Return what a source is called."""
    return str(_SOURCES.get(code, code))


def object_type(found: ContentType | None) -> str:
    """Return what a kind of object is called; empty for entries that are about no object."""
    if found is None:
        return ""
    model = found.model_class()
    return str(model._meta.verbose_name) if model else found.model


def field(found: "models.Field[Any, Any] | None", name: str) -> str:
    """Return what a field is called; amounts lose the unit they are stored in."""
    word = str(found.verbose_name) if found is not None else name.replace("_", " ")
    return capfirst(word.removesuffix(" micros"))


def value(found: "models.Field[Any, Any] | None", recorded: Any, shown: str) -> str | None:
    """Return the text of one recorded value, from auditlog's display of it where that says more; None for no value.

    Times are told on the reader's clock.
    """
    if recorded is None:
        return None
    if recorded == MASKED:
        return _("(hidden)")
    if isinstance(recorded, bool):
        return _("yes") if recorded else _("no")
    if found is not None and found.name.endswith("_micros") and isinstance(recorded, int):
        return f"{Decimal(recorded) / 1_000_000:,.2f}"
    if isinstance(found, models.DateTimeField):
        return formats.date_format(timezone.localtime(datetime.fromisoformat(recorded)), "j M Y, H:i")
    if found is not None and found.choices and shown == "None":
        return str(recorded)
    return str(shown)


def part(recorded: Any) -> str | None:
    """Return the text of a value inside a document; None for no value."""
    if recorded is None:
        return None
    if isinstance(recorded, bool):
        return _("yes") if recorded else _("no")
    if isinstance(recorded, list) and not any(isinstance(item, dict | list) for item in recorded):
        return _shortened(", ".join(part(item) or "" for item in recorded))
    if isinstance(recorded, dict | list):
        return ngettext("%(count)d value", "%(count)d values", len(recorded)) % {"count": len(recorded)}
    return _("(unknown)") if is_id(recorded) else _shortened(str(recorded))


def document(recorded: Any) -> dict[str, Any]:
    """Return the parts of a JSON value by name; a value that is no object is one part without a name."""
    if recorded is None:
        return {}
    return recorded if isinstance(recorded, dict) else {"": recorded}


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal; True is not 1 there."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def is_id(text: Any) -> bool:
    """Whether the value is nothing but an identifier of ours."""
    try:
        UUID(text if isinstance(text, str) else "")
    except ValueError:
        return False
    return True


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
