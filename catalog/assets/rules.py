"""What an asset may be called and how large it may be; pure, so that each rule has its own test."""

import re
from datetime import date
from pathlib import PurePosixPath
from typing import Literal

from django.conf import settings
from django.utils.translation import gettext as _

from kernel.errors import FieldError, TooLarge
from kernel.files.sniff import SVG, Type

LONGEST_NAME = 255
SMALLEST_CHUNK = 256 * 1024
"""All chunks but the last have at least this, so that a file comes in few of them."""
MEGABYTE = 1024 * 1024
WARNINGS = (14, 7, 1)
"""Days before the end of the rights on which somebody is told."""

Rights = Literal["open", "ending", "ended"]
_BLANKS = re.compile(r"\s+")


def plain_file_name(name: str) -> str:
    """Return the last part of what a sender calls the file, without anything that is no letter of a name."""
    last = name.replace("\\", "/").rpartition("/")[2]
    printable = "".join(character if character.isprintable() else " " for character in last)
    found = _BLANKS.sub(" ", printable).strip(" .")
    stem, dot, suffix = found.rpartition(".")
    if dot and len(found) > LONGEST_NAME and len(suffix) <= 10:
        found = f"{stem[: LONGEST_NAME - len(suffix) - 1]}.{suffix}"
    return found[:LONGEST_NAME] or "file"


def name_of(file_name: str) -> str:
    """Return what an asset is called when nobody says."""
    return PurePosixPath(file_name).stem.replace("_", " ").strip() or file_name


def most_bytes(found: Type) -> int:
    """Return how large a file of this type may be."""
    return settings.MAX_SVG_BYTES if found is SVG else settings.MAX_ASSET_BYTES[found.kind]


def check_size(size: int, maximum: int, pointer: str = "/size") -> None:
    """Raise TooLarge, with the maximum, for a file that is larger."""
    if size > maximum:
        message = _("Such a file may have %(megabytes)d MB.") % {"megabytes": maximum // MEGABYTE}
        raise TooLarge(message, errors=[FieldError(pointer, "too_large", message)], maximum=maximum)


def rights_state(until: date | None, today: date) -> Rights:
    """Return whether the rights have ended or soon will; they hold to the end of their last day."""
    if until is None or (until - today).days > max(WARNINGS):
        return "open"
    return "ended" if until < today else "ending"


def warning_due(until: date | None, today: date) -> int | None:
    """Return the warning that stands now: the least number of WARNINGS that the days left have come down to."""
    if until is None or until < today:
        return None
    return min((days for days in WARNINGS if (until - today).days <= days), default=None)
