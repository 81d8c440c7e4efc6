"""Semantic entries: what happened in the product's words, where no row's change tells it (a sign-in, an export)."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connections, models

from kernel.recorder.declare import DECLARATIONS
from kernel.tenancy.context import current_scope


def event(
    name: str,
    obj: models.Model | None = None,
    *,
    data: Mapping[str, Any] | None = None,
    label: str = "",
) -> UUID:
    """Write one entry named `subject.verb` into the open scope's log and return its id; it commits with the scope.

    `data` is stored as it is: put no secret into it. `label` names what it is about where `obj` is None or where
    the object's own label is not the right word.
    """
    current_scope()
    arguments = (
        name,
        settings.CONTENT_TYPES[obj._meta.label_lower] if obj is not None else None,
        str(obj.pk) if obj is not None else "",
        label or (_label(obj) if obj is not None else ""),
        json.dumps(data, cls=DjangoJSONEncoder) if data is not None else None,
    )
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT audit_event(%s::text, %s::integer, %s::text, %s::text, %s::jsonb)", arguments)
        written: UUID = cursor.fetchone()[0]
    return written


def _label(obj: models.Model) -> str:
    declared = DECLARATIONS.get(type(obj))
    if not declared or not declared.label or obj._meta.get_field(declared.label).is_relation:
        return str(obj)
    return str(getattr(obj, declared.label))
