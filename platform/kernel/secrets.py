"""What must be readable again but not by whoever reads the database: encrypted with keys from the environment.

ENCRYPTION_KEYS names them, the newest first. The first one encrypts; every one of them decrypts. To change keys, put
a new one in front, restart, run `manage.py rotate_encryption`, then take the old one away.
"""

import base64
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(Exception):
    """The text was encrypted with a key that is not named any more, or is damaged."""


def encrypt(text: str) -> str:
    """Return `text` so that only these keys read it; the same text never looks the same twice."""
    return _keys(tuple(settings.ENCRYPTION_KEYS)).encrypt(text.encode()).decode()


def decrypt(encrypted: str) -> str:
    """Return what was encrypted; raise Unreadable where no key fits or the text was changed."""
    try:
        return _keys(tuple(settings.ENCRYPTION_KEYS)).decrypt(encrypted.encode()).decode()
    except InvalidToken as error:
        raise Unreadable("No key in ENCRYPTION_KEYS reads this.") from error


def renew(encrypted: str) -> str:
    """Return the same secret, encrypted with the newest key; raise Unreadable where no key fits."""
    try:
        return _keys(tuple(settings.ENCRYPTION_KEYS)).rotate(encrypted.encode()).decode()
    except InvalidToken as error:
        raise Unreadable("No key in ENCRYPTION_KEYS reads this.") from error


@cache
def _keys(texts: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_key(text)) for text in texts])


def _key(text: str) -> bytes:
    """Any long random text is a key; Fernet's own form of one is not asked for."""
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"campaign-builder secrets").derive(text.encode())
    return base64.urlsafe_b64encode(derived)
