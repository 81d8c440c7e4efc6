"""What the ids in a page of entries are called: a few queries per page, never one per value."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models

from audit.entries import RecordedEntry, content_type_id
from audit.words import is_id
from kernel.recorder.declare import DECLARATIONS
from kernel.tenancy.context import current
from tenants.access.models import Membership

Names = dict[tuple[type[models.Model], str], str]


def of(entries: Iterable[RecordedEntry]) -> Names:
    """Return the names of everything that these entries refer to; those of deleted objects come from the log itself."""
    entries = list(entries)
    names: Names = {}
    for model, keys in _referred(entries).items():
        found = _present(model, keys)
        found |= _departed(type(entries[0]), model, keys - found.keys())
        names |= {(model, key): name for key, name in found.items() if name}
    return names


def object_name(entry: RecordedEntry, names: Names) -> str:
    """Return what the entry's object is called; empty for the only one of its kind, which is called by that."""
    if _is_known_by_its_key(_model(entry)):
        return ""
    target = _label_target(entry)
    if target is None:
        return str(entry.object_repr)
    return names.get((target, str(entry.object_repr)), "")


def _referred(entries: Iterable[RecordedEntry]) -> dict[type[models.Model], set[str]]:
    referred: dict[type[models.Model], set[str]] = defaultdict(set)
    for entry in entries:
        target = _label_target(entry)
        if target is not None:
            referred[target].add(entry.object_repr)
        model = _model(entry)
        for field in model._meta.concrete_fields if model else ():
            related = field.related_model
            if isinstance(related, type) and issubclass(related, models.Model):
                pair = (entry.changes or {}).get(field.name, ())
                referred[related].update(str(key) for key in pair if key is not None)
    return referred


def _present(model: type[models.Model], keys: set[str]) -> dict[str, str]:
    if model is get_user_model():
        return _people(keys)
    if current_is_tenant() and apps.get_app_config(model._meta.app_label).name in settings.SHARED_APPS:
        return {}
    label = DECLARATIONS[model].label if model in DECLARATIONS else ""
    if not label:
        return {}
    rows = model._default_manager.filter(pk__in=keys).values_list("pk", label)
    return {str(key): str(name) for key, name in rows}


def _people(keys: set[str]) -> dict[str, str]:
    """Inside an organization people are known by their membership: its role can't read accounts."""
    rows: Iterable[tuple[Any, str, str]]
    if current_is_tenant():
        rows = Membership.objects.filter(user_id__in=keys).values_list("user_id", "name", "email")
    else:
        rows = get_user_model()._default_manager.filter(pk__in=keys).values_list("pk", "name", "email")
    return {str(key): name or email for key, name, email in rows}


def _departed(log: type[RecordedEntry], model: type[models.Model], keys: set[str]) -> dict[str, str]:
    if not keys:
        return {}
    if model is get_user_model() and current_is_tenant():
        rows = log.objects.filter(actor_id__in=keys).order_by("actor_id", "-id").distinct("actor_id")
        return {str(key): name for key, name in rows.values_list("actor_id", "actor_name")}
    rows = log.objects.filter(content_type_id=content_type_id(model), object_pk__in=keys)
    rows = rows.order_by("object_pk", "-id").distinct("object_pk")
    return {key: name for key, name in rows.values_list("object_pk", "object_repr") if not is_id(name)}


def _label_target(entry: RecordedEntry) -> type[models.Model] | None:
    """Return the model whose name names the object, where the object's label is a reference (an operator: a user)."""
    model = _model(entry)
    label = DECLARATIONS[model].label if model in DECLARATIONS else ""
    if model is None or not label or not is_id(entry.object_repr):
        return None
    related = model._meta.get_field(label).related_model
    return related if isinstance(related, type) else None


def _is_known_by_its_key(model: type[models.Model] | None) -> bool:
    if model is None or model not in DECLARATIONS or model._meta.pk is None:
        return False
    return DECLARATIONS[model].label == model._meta.pk.name and not model._meta.pk.is_relation


def _model(entry: RecordedEntry) -> type[models.Model] | None:
    return entry.content_type.model_class() if entry.content_type else None


def people_like(text: str) -> list[Any]:
    """Return the ids of the people whose name or e-mail address holds `text`, at most a hundred."""
    matching = models.Q(name__icontains=text) | models.Q(email__icontains=text)
    if current_is_tenant():
        return list(Membership.objects.filter(matching).values_list("user_id", flat=True)[:100])
    return list(get_user_model()._default_manager.filter(matching).values_list("pk", flat=True)[:100])


def current_is_tenant() -> bool:
    """Whether the open scope is an organization's."""
    scope = current()
    return scope is not None and scope.organization is not None
