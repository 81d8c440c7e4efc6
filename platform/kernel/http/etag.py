"""Strong ETags `"<row_version>-<hash of bytes>"`: readers compare the whole, writers the version.

A list has no version; its ETag is the hash alone.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b

from django.http import HttpRequest
from django.utils.http import parse_etags
from django.utils.translation import gettext as _

from kernel.errors import DomainError, FieldError, PreconditionFailed, PreconditionRequired

_OURS = re.compile(r'"(\d{1,10})-[0-9a-f]{24}"', re.ASCII)
_ONE_TAG = re.compile(r'(W/)?"[\x21\x23-\x7e]*"')


def of(body: bytes, version: int | None = None) -> str:
    """Return the ETag of a representation, with its row's version where it has one."""
    digest = blake2b(body, digest_size=12).hexdigest()
    return f'"{digest}"' if version is None else f'"{version}-{digest}"'


def is_known(request: HttpRequest, tag: str) -> bool:
    """Whether the caller already has the representation `tag` (If-None-Match)."""
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in known or tag in {name.removeprefix("W/") for name in known}


@contextmanager
def expected_version(request: HttpRequest, current: Callable[[], str]) -> Iterator[int]:
    """Give the version that the caller's If-Match names to the block, which changes the row.

    A missing header is a 428 and an outdated one a 412; both carry the ETag that `current` returns. An ETag of
    another kind matches nothing.
    """
    header = request.headers.get("If-Match", "").strip()
    if not header:
        raise PreconditionRequired(etag=current())
    if not _ONE_TAG.fullmatch(header):
        # "*" and lists would let a change go over what its author has not seen.
        message = _("Send the one ETag that you read, in double quotes.")
        raise DomainError(message, code="bad_if_match", errors=[FieldError("If-Match", "wrong_format", message)])
    ours = _OURS.fullmatch(header)
    if ours is None:
        raise PreconditionFailed(etag=current())
    try:
        yield int(ours[1])
    except PreconditionFailed as error:
        error.extra["etag"] = current()
        raise
