"""The text of API tokens.

`cb_live_<id>_<secret>_<crc>`: the id names organization and token, so a request finds both without a search; the
crc lets us, and secret scanners, tell garbage without any I/O. Only the secret's sha256 is stored.
"""

import hashlib
import hmac
import re
import secrets
import string
import zlib
from base64 import b32decode, b32encode
from dataclasses import dataclass
from uuid import UUID

_SECRET_LENGTH = 30  # 62^30 > 2^178
_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_TEXT = re.compile(r"(cb_live_([a-z2-7]{52})_([0-9A-Za-z]{30}))_([0-9A-Za-z]{6})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ParsedToken:
    """A well-formed token: whose it says it is, and the secret that has to prove it."""

    organization_id: UUID
    token_id: UUID
    secret: str


def parse(text: str) -> ParsedToken | None:
    """Return what `text` says, None for anything that create_token() can't have made. Does no I/O."""
    found = _TEXT.fullmatch(text)
    if found is None:
        return None
    body, name, secret, check = found.groups()
    if not hmac.compare_digest(check, _crc(body)):
        return None
    ids = b32decode(name.upper() + "====")
    if _name(ids) != name:
        return None
    return ParsedToken(UUID(bytes=ids[:16]), UUID(bytes=ids[16:]), secret)


def digest(secret: str) -> bytes:
    """Return what is stored of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def matches(secret: str, secret_hash: str | bytes | memoryview) -> bool:
    """Whether `secret` is the one behind `secret_hash` (bytes as stored, or their hex); takes the same time always."""
    stored = secret_hash if isinstance(secret_hash, str) else bytes(secret_hash).hex()
    return hmac.compare_digest(digest(secret).hex(), stored)


def new_secret() -> str:
    """Return a secret that nobody can guess."""
    return "".join(secrets.choice(_BASE62) for _position in range(_SECRET_LENGTH))


def text_of(organization_id: UUID, token_id: UUID, secret: str) -> str:
    """Return what a program sends."""
    body = f"cb_live_{_name(organization_id.bytes + token_id.bytes)}_{secret}"
    return f"{body}_{_crc(body)}"


def _name(ids: bytes) -> str:
    return b32encode(ids).decode().rstrip("=").lower()


def _crc(body: str) -> str:
    number, digits = zlib.crc32(body.encode()), ""
    for _position in range(6):
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return digits
