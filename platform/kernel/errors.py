"""Errors in the words of the product. Doors (API, console, jobs) map them; nobody else catches them."""

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one part of the input; `pointer` is a JSON pointer or a form field's name."""

    pointer: str
    code: str
    message: str


class DomainError(Exception):
    """A refusal with an HTTP status, a stable code and a sentence that says what to do.

    `extra` carries facts for machines (a limit, a current version); it becomes members of the problem document.
    """

    status: ClassVar[int] = 400
    code: str = "bad_request"
    title: str = "The request can't be carried out."

    def __init__(
        self,
        detail: str = "",
        *,
        code: str | None = None,
        errors: list[FieldError] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = str(detail)
        self.code = code or type(self).code
        self.errors = errors or []
        self.extra = extra


class Unauthenticated(DomainError):
    """Nobody we know is asking."""

    status = 401
    code = "unauthenticated"
    title = "Sign in or send a valid token."


class NotAllowed(DomainError):
    """The asker can see the thing but may not do this; `extra` names the permission and who can grant it."""

    status = 403
    code = "not_allowed"
    title = "You are not allowed to do this."


class NotFound(DomainError):
    """There is no such thing, or the asker may not know that there is."""

    status = 404
    code = "not_found"
    title = "Nothing was found here."


class Conflict(DomainError):
    """The thing's present state forbids this."""

    status = 409
    code = "conflict"
    title = "The present state does not allow this."


class LimitReached(Conflict):
    """A limit of the organization's plan is used up; `extra` holds limit's name, current and limit."""

    code = "limit_reached"
    title = "Your plan's limit is reached."


class Gone(DomainError):
    """It was there, and won't be again at this address."""

    status = 410
    code = "gone"
    title = "This is not here any more."


class PreconditionFailed(DomainError):
    """The caller worked on an older version; `extra` holds the current one."""

    status = 412
    code = "version_changed"
    title = "Somebody changed this since you read it."


class TooLarge(DomainError):
    """The input is larger than we accept."""

    status = 413
    code = "too_large"
    title = "The request is too large."


class Invalid(DomainError):
    """The input was understood but is wrong; `errors` says where and how."""

    status = 422
    code = "invalid"
    title = "Some of the input is wrong."


class PreconditionRequired(DomainError):
    """The call needs If-Match so that nobody overwrites what they have not seen."""

    status = 428
    code = "precondition_required"
    title = "Send If-Match with the version you read."


class Unavailable(DomainError):
    """Something this call needs is away for the moment."""

    status = 503
    code = "unavailable"
    title = "A part of the service is away; try again shortly."
