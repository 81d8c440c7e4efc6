"""Uploaded dumps in the organization's private storage, by digest: kept until their pictures are stored."""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from kernel.errors import FieldError, NotFound, TooLarge
from kernel.storage import tenant_path
from kernel.tenancy.context import current_organization

_FOLDER = "dumps"


def store_dump(chunks: Iterable[bytes]) -> tuple[str, int]:
    """Keep an upload for the open scope's organization; return its SHA-256 and size. The same bytes are kept once.

    Raises TooLarge beyond MAX_DUMP_BYTES. The file is whole and on disk before this returns.
    """
    folder = tenant_path(current_organization(), _FOLDER)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    handle, name = tempfile.mkstemp(dir=folder, prefix="upload-")
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > settings.MAX_DUMP_BYTES:
                    raise _too_large()
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(folder / digest.hexdigest())
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return digest.hexdigest(), size


def open_dump(sha256: str) -> BinaryIO:
    """Open a stored dump of the open scope's organization; raise NotFound where it is gone."""
    try:
        return tenant_path(current_organization(), _FOLDER, sha256).open("rb")
    except FileNotFoundError:
        raise NotFound(_("The uploaded file is not there any more."), code="dump_gone") from None


def _too_large() -> TooLarge:
    megabytes = settings.MAX_DUMP_BYTES // (1024 * 1024)
    message = _("A dump may have %(megabytes)d MB.") % {"megabytes": megabytes}
    return TooLarge(message, errors=[FieldError("/dump", "too_large", message)], maximum=settings.MAX_DUMP_BYTES)
