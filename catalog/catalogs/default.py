"""The catalogs that nobody has to make."""

from django.utils.translation import gettext as _

from catalog.models import Catalog

LEGACY_NAME = "Former campaign builder"


def default_catalog() -> Catalog:
    """Return the catalog of products that name none; the first use makes it."""
    found = Catalog.objects.filter(is_default=True).first()
    if found is not None:
        return found
    # Of two that find none, one makes it and the other waits for it.
    Catalog.objects.bulk_create([Catalog(name=_("Products"), is_default=True)], ignore_conflicts=True)
    found = Catalog.objects.filter(is_default=True).first()
    if found is None:  # another catalog has the name
        named = Catalog.objects.get(name__iexact=_("Products"), archived_at=None)
        named.is_default, named.row_version = True, named.row_version + 1
        named.save(update_fields=["is_default", "row_version"])
        return named
    return found


def legacy_catalog() -> Catalog:
    """Return the catalog of what came from the former application, locked so that nobody else adds to it meanwhile.

    The first use makes it.
    """
    there = Catalog.objects.select_for_update().filter(source=Catalog.Source.LEGACY)
    for name in (LEGACY_NAME, f"{LEGACY_NAME} (import)"):
        found = there.first()
        if found is not None:
            return found
        Catalog.objects.bulk_create([Catalog(name=name, source=Catalog.Source.LEGACY)], ignore_conflicts=True)
    return there.get()
