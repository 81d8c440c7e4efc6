"""The folder in which mail lands where none may leave the machine, as Django's file backend writes it."""

import email
import email.policy
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

from django.conf import settings

from kernel.errors import NotFound

FILE_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
RULE = b"\n" + b"-" * 79 + b"\n"
PAGE = 50
_LINK = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True, slots=True)
class Letter:
    """One message; `id` is its file's name and its place there."""

    id: str
    subject: str
    sender: str
    to: str
    sent_at: datetime | None
    body: str

    @property
    def links(self) -> list[str]:
        """The addresses in the text, each once."""
        return list(dict.fromkeys(found.rstrip(".,;:)") for found in _LINK.findall(self.body)))


def outbox_folder() -> Path | None:
    """Return the folder of the default mailer; None where mail is really sent."""
    mailer: dict[str, Any] = settings.MAILERS["default"]
    return Path(mailer["OPTIONS"]["file_path"]) if mailer["BACKEND"] == FILE_BACKEND else None


def letter_page(after: str = "") -> tuple[list[Letter], str]:
    """Return a page of messages, the newest first, and the cursor of the next page (empty at the end).

    A page ends with a file, so it may be a little longer than PAGE.
    """
    found: list[Letter] = []
    names = [name for name in _names() if not after or name < after]
    for position, name in enumerate(names):
        found += reversed(_read(name))
        if len(found) >= PAGE and position + 1 < len(names):
            return found, name
    return found, ""


def letter(letter_id: str) -> Letter:
    """Return one message; raise NotFound."""
    name = letter_id.rpartition(".")[0]
    # Looked up among the files that are there, so no id leads out of the folder.
    if name not in _names():
        raise NotFound()
    found = next((one for one in _read(name) if one.id == letter_id), None)
    if found is None:
        raise NotFound()
    return found


def _names() -> list[str]:
    """Return the names of the files without their ending, the newest first: they begin with their time."""
    folder = outbox_folder()
    if folder is None:
        raise NotFound()
    return sorted((path.stem for path in folder.glob("*.log")), reverse=True)


def _read(name: str) -> list[Letter]:
    folder = cast(Path, outbox_folder())
    try:
        whole = (folder / f"{name}.log").read_bytes()
    except FileNotFoundError:
        return []
    parts = [part for part in (b"\n" + whole).split(RULE) if part.strip()]
    return [_letter(f"{name}.{number}", part.lstrip(b"\n")) for number, part in enumerate(parts)]


def _letter(letter_id: str, raw: bytes) -> Letter:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    text = message.get_body(("plain",))
    return Letter(
        id=letter_id,
        subject=str(message["Subject"] or ""),
        sender=str(message["From"] or ""),
        to=str(message["To"] or ""),
        sent_at=_moment(message),
        body=str(text.get_content()) if text is not None else "",
    )


def _moment(message: EmailMessage) -> datetime | None:
    moment = getattr(message["Date"], "datetime", None)
    if not isinstance(moment, datetime):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
