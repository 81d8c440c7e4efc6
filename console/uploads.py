"""How files come in: to a temporary file, chunk by chunk, from people who are signed in, and never too much."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest


class Limit(FileUploadHandler):
    """The first of FILE_UPLOAD_HANDLERS: keeps nothing beyond MAX_DUMP_BYTES, and nothing at all from strangers.

    On the sign-in host people send pictures only, so nothing beyond MAX_PICTURE_BYTES is kept there.

    The rest of the request is read and dropped, so that the browser gets an answer instead of a broken connection.
    """

    exceeded = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass the chunk on while there is room."""
        allowed = _allowed(self.request)
        if start + len(raw_data) > allowed:
            self.exceeded = True
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> Any:
        """Leave the file to the next handler."""
        return None


def _allowed(request: HttpRequest | None) -> int:
    if getattr(request, "actor", None) is None:
        return 0
    on_base = getattr(request, "host_kind", "") == "base"
    return int(settings.MAX_PICTURE_BYTES if on_base else settings.MAX_DUMP_BYTES)


def was_too_large(request: HttpRequest) -> bool:
    """Whether a file of this request was dropped because of its size. Ask after the form was read."""
    return any(isinstance(handler, Limit) and handler.exceeded for handler in request.upload_handlers)
