"""Input as it must be. What a lenient parser lets through here would fail, or mean something else, further in."""

import json
import math
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Annotated, Any, cast
from urllib.parse import unquote_to_bytes
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.parser import Parser
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from kernel.errors import FieldError, Invalid
from kernel.http.problem import Malformed, WrongContentType
from kernel.http.validation import MOST_ERRORS, pointer

DEEPEST = 50
LARGEST_INTEGER = 2**53 - 1
LARGEST_DATA = 256 * 1024
_OUT_OF_RANGE = object()


class StrictParser(Parser):
    """Ninja's parser with our rules; what it refuses it refuses as a domain error."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        if request.content_type != "application/json":
            raise WrongContentType(_("Send the body as application/json in UTF-8."))
        return cast("dict[str, Any]", read_json(request.body))


def read_json(body: bytes) -> Any:
    """Return the parsed body.

    Malformed: not UTF-8, not JSON, a key given twice, NaN or Infinity. Invalid: more than 50 levels, a NUL or half
    a surrogate pair in a text, a number that JSON readers disagree about (beyond 2^53-1, or infinite).
    """
    try:
        value = json.loads(
            body.decode(),
            object_pairs_hook=_once,
            parse_int=_integer,
            parse_float=_number,
            parse_constant=_no_constant,
        )
    except RecursionError as error:
        raise _too_deep() from error
    except UnicodeDecodeError as error:
        raise Malformed(_("The body is not UTF-8."), code="malformed_json") from error
    except ValueError as error:
        detail = _("The body is not JSON: %(reason)s.") % {"reason": str(error)[:200]}
        raise Malformed(detail, code="malformed_json") from error
    _walk(value)
    return value


def check_query(request: HttpRequest, names: Collection[str]) -> None:
    """Raise unless the query string is clean UTF-8 and holds only parameters in `names`, each once."""
    raw = request.META.get("QUERY_STRING", "")
    try:
        text = unquote_to_bytes(raw.replace("+", " ")).decode()
    except UnicodeDecodeError as error:
        raise Malformed(_("The query string is not UTF-8."), code="malformed_query") from error
    if "\x00" in text:
        raise Malformed(_("The query string holds a NUL character."), code="malformed_query")
    errors = []
    for name, values in request.GET.lists():
        where = f"?{name[:100]}"
        if name not in names:
            errors.append(FieldError(where, "unknown_parameter", _("There is no such parameter.")))
        elif len(values) > 1:
            errors.append(FieldError(where, "repeated", _("Send this parameter once.")))
    if errors:
        raise Invalid(errors=errors[:MOST_ERRORS])


class Input(BaseModel):
    """What a caller sends: unknown fields are refused, texts lose surrounding blanks."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


def _as_instant(value: object) -> datetime:
    if isinstance(value, datetime):
        found = value
    elif isinstance(value, str):
        try:
            found = datetime.fromisoformat(value)
        except ValueError as error:
            raise _wrong_time() from error
    else:
        raise PydanticCustomError("datetime_type", _("Send a time as text."))
    if found.tzinfo is None or "W" in str(value):
        raise _wrong_time()
    try:
        return found.astimezone(UTC)
    except OverflowError as error:
        raise _wrong_time() from error


def _wrong_time() -> PydanticCustomError:
    return PydanticCustomError("wrong_format", _("Send a time as ISO 8601 with its offset: 2030-01-31T09:00:00Z."))


def _as_uuid(value: object) -> UUID:
    if isinstance(value, UUID):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("uuid_type", _("Send an id as text."))
    try:
        found = UUID(value)
    except ValueError as error:
        raise PydanticCustomError("wrong_format", _("This is no id.")) from error
    if str(found) != value.lower():
        raise PydanticCustomError("wrong_format", _("This is no id."))
    return found


def _own_id(value: UUID) -> UUID:
    if value.version != 7:
        raise PydanticCustomError("wrong_format", _("Send a UUID of version 7, or none."))
    return value


def is_small(value: Any) -> bool:
    """Whether `value` is small enough for a Document, also where it came from no request."""
    return len(json.dumps(value, ensure_ascii=False).encode()) <= LARGEST_DATA


def _small(value: dict[str, Any]) -> dict[str, Any]:
    if not is_small(value):
        raise PydanticCustomError("too_large", _("This is larger than 256 KiB."))
    return value


def unsent(**more: Any) -> Any:
    """Return the default of a field that a change may leave out; read it with exclude_unset, never as null."""
    return Field(default=None, **more)


Instant = Annotated[datetime, BeforeValidator(_as_instant)]
Id = Annotated[UUID, BeforeValidator(_as_uuid)]
NewId = Annotated[UUID, BeforeValidator(_as_uuid), AfterValidator(_own_id)]
Micros = Annotated[int, Field(strict=True, ge=0, le=LARGEST_INTEGER)]
Currency = Annotated[str, Field(pattern=r"^([A-Z]{3})?$")]
Document = Annotated[dict[str, Any], AfterValidator(_small)]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(_("a key is given twice"))
    return found


def _integer(text: str) -> Any:
    if len(text) > 17 or abs(int(text)) > LARGEST_INTEGER:
        return _OUT_OF_RANGE
    return int(text)


def _number(text: str) -> Any:
    found = float(text)
    return found if math.isfinite(found) else _OUT_OF_RANGE


def _no_constant(name: str) -> Any:
    raise ValueError(_("%(name)s is no JSON") % {"name": name})


def _walk(root: Any) -> None:
    """Without recursion: the input decides how deep it is."""
    errors: list[FieldError] = []
    open_nodes: list[tuple[tuple[str | int, ...], Any]] = [((), root)]
    while open_nodes and len(errors) < MOST_ERRORS:
        path, value = open_nodes.pop()
        if isinstance(value, str):
            _check_text(value, path, errors)
        elif value is _OUT_OF_RANGE:
            message = _("This number is too large; send it as text.")
            errors.append(FieldError(pointer(path), "out_of_range", message))
        elif isinstance(value, dict | list):
            if len(path) >= DEEPEST:
                raise _too_deep()
            if isinstance(value, dict):
                for key in value:
                    _check_text(key, (*path, key), errors)
            children = value.items() if isinstance(value, dict) else enumerate(value)
            open_nodes.extend(((*path, key), child) for key, child in children)
    if errors:
        raise Invalid(errors=errors)


def _check_text(text: str, path: tuple[str | int, ...], errors: list[FieldError]) -> None:
    if "\x00" in text:
        errors.append(FieldError(pointer(path), "nul_character", _("A text can't hold a NUL character.")))
    elif not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            message = _("A text can't hold half of a surrogate pair.")
            errors.append(FieldError(pointer(path), "lone_surrogate", message))


def _too_deep() -> Invalid:
    message = _("Nest at most %(levels)d levels.") % {"levels": DEEPEST}
    return Invalid(errors=[FieldError("", "too_deep", message)])
