"""Where the files are kept until they are read, or fetched."""

import hashlib
from datetime import datetime

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _

from kernel.errors import NotFound
from kernel.storage import asset_files, tenant_folder
from kernel.tenancy.context import current_organization

FOLDER = "product-files"


def keep(name: str, content: bytes) -> str:
    """Store a file of the open scope's organization under `name`; return its key."""
    key = f"{tenant_folder(current_organization())}/{FOLDER}/{name}"
    asset_files().save(key, ContentFile(content))
    return key


def digest(content: bytes) -> str:
    """Return the SHA-256 of the bytes."""
    return hashlib.sha256(content).hexdigest()


def content_of(key: str) -> bytes:
    """Return what was stored. Raises NotFound where it was removed."""
    try:
        with asset_files().open(key) as file:
            found: bytes = file.read()
    except FileNotFoundError:
        raise NotFound(_("The file is not there any more."), code="file_gone") from None
    return found


def keys_before(moment: datetime) -> set[str]:
    """Return the keys of the open scope's organization that were written before `moment`."""
    folder = f"{tenant_folder(current_organization())}/{FOLDER}"
    return {key for key, written in asset_files().walk(folder) if written < moment}


def forget(key: str) -> None:
    """Remove the file; one that is gone already is no error."""
    if key:
        asset_files().delete(key)
