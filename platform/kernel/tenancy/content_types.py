"""Content types and the permission catalogue: in public only, with the same ids in every database."""

from django.apps import apps
from django.conf import settings
from django.contrib.auth.management import _get_all_permissions  # type: ignore[attr-defined]
from django.db import connections

PERMISSIONS_PER_MODEL = 16


def sync() -> None:
    """Write every model's content type and permissions with their fixed ids; may be repeated."""
    types, permissions = [], []
    for model in apps.get_models():
        label = model._meta.label_lower
        number = settings.CONTENT_TYPES[label]
        types.append((number, model._meta.app_label, model._meta.model_name))
        for place, (codename, name) in enumerate(_get_all_permissions(model._meta)):
            permissions.append((number * PERMISSIONS_PER_MODEL + place, number, codename, str(name)))
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
