"""Content types and the permission catalogue: in public only, with the same ids in every database."""

from functools import cache

from django.apps import apps
from django.conf import settings
from django.contrib.auth.management import _get_all_permissions  # type: ignore[attr-defined]
from django.db import connections, models

PERMISSIONS_PER_MODEL = 16


@cache
def permission_id(model: type[models.Model], codename: str) -> int:
    """Return the fixed id of one permission of `model`; raise KeyError for one that it does not have."""
    codenames = [found for found, _name in _get_all_permissions(model._meta)]
    if codename not in codenames:
        raise KeyError(f"{model._meta.label} has no permission {codename!r}.")
    return settings.CONTENT_TYPES[model._meta.label_lower] * PERMISSIONS_PER_MODEL + codenames.index(codename)


def sync() -> None:
    """Write every model's content type and permissions with their fixed ids; may be repeated."""
    types, permissions = [], []
    for model in apps.get_models():
        label = model._meta.label_lower
        number = settings.CONTENT_TYPES[label]
        types.append((number, model._meta.app_label, model._meta.model_name))
        for codename, name in _get_all_permissions(model._meta):
            permissions.append((permission_id(model, codename), number, codename, str(name)))
    with connections["owner"].cursor() as cursor:
        cursor.executemany(
            "INSERT INTO public.django_content_type (id, app_label, model) OVERRIDING SYSTEM VALUE VALUES (%s, %s, %s)"
            " ON CONFLICT (id) DO NOTHING",
            types,
        )
        cursor.executemany(
            "INSERT INTO public.auth_permission (id, content_type_id, codename, name) OVERRIDING SYSTEM VALUE"
            " VALUES (%s, %s, %s, %s) ON CONFLICT (id) DO UPDATE SET name = excluded.name",
            permissions,
        )
