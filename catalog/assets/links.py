"""Addresses of files: good for a few minutes, for one organization, one file and one purpose, and for whoever has one.

An address is the same for five minutes and works for ten, so that browsers can keep what they have loaded.
"""

import time
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from django.core import signing
from django.utils.translation import gettext as _

from catalog.assets.content import FOLDER
from catalog.models import AssetVersion
from kernel.errors import Gone, NotFound
from kernel.files.sniff import RASTERS, TYPES
from kernel.storage import tenant_folder
from kernel.tenancy.context import TenantLike, current_organization

PATH = "/files/"
LASTS = 600
STEP = 300
LONGEST_NAME = 100

Part = Literal["file", "thumb", "preview"]
Purpose = Literal["view", "download"]
_SALT = "catalog.assets.links"
_SHOWN = frozenset({*(found.mime for found in RASTERS), "video/mp4", "video/webm", "video/quicktime"})


@dataclass(frozen=True, slots=True)
class Link:
    """What a signed address stands for."""

    key: str
    mime: str
    size: int
    file_name: str
    inline: bool

    @property
    def sha256(self) -> str:
        """The digest of the content, which the key ends in."""
        return self.key.rpartition("/")[2]


def path_of(version: AssetVersion, part: Part = "file", purpose: Purpose = "view") -> str:
    """Return the path, on the organization's host, of a version's file or rendition; empty where it has none such.

    Who may see the asset may be given it; whoever has it needs nothing else.
    """
    rendition = {} if part == "file" else version.renditions.get(part)
    if rendition is None:
        return ""
    organization = current_organization()
    key = rendition.get("key", version.storage_key)
    mime = rendition.get("mime", version.mime)
    facts = [
        organization.id.hex,
        key.removeprefix(_folder(organization)),
        mime,
        rendition.get("size", version.size),
        given_name(version.file_name, mime),
        purpose,
        (int(time.time()) // STEP) * STEP + LASTS,
    ]
    return PATH + quote(signing.Signer(salt=_SALT).sign_object(facts))


def read_link(signed: str, organization: TenantLike) -> Link:
    """Return what the address stands for. Raises NotFound, and Gone for one that was good once."""
    try:
        owner, place, mime, size, name, purpose, ends = signing.Signer(salt=_SALT).unsign_object(signed)
    except (signing.BadSignature, ValueError, UnicodeError):
        raise NotFound() from None
    if owner != organization.id.hex:
        raise NotFound()
    if ends < time.time():
        message = _("This address was good for a few minutes only. Open the asset again to get a new one.")
        raise Gone(message, code="link_expired")
    inline = purpose == "view" and mime in _SHOWN
    return Link(_folder(organization) + place, mime, size, name, inline)


def given_name(file_name: str, mime: str) -> str:
    """Return the name a file is given back with: its sender's, with the ending that its content has."""
    stem = file_name.rpartition(".")[0] or file_name
    return f"{stem[:LONGEST_NAME]}.{TYPES[mime].extension}"


def _folder(organization: TenantLike) -> str:
    return f"{tenant_folder(organization)}/{FOLDER}/"
