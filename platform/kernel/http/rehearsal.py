"""`?dry_run=true`: a write does everything that it would do, answers what it would answer, and leaves nothing.

The request's transaction is rolled back, with what the write has put into it: rows, their audit entries, jobs and their
bell. What is not in the database can't be taken back, so an operation that writes files declares `dry_run=False`.
"""

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from kernel.errors import FieldError, Invalid

PARAMETER = "dry_run"
HEADER = "Dry-Run"


def is_rehearsal(request: HttpRequest) -> bool:
    """Whether the caller asks for a dry run. Raises Invalid for anything but true and false."""
    asked = request.GET.get(PARAMETER, "false")
    if asked not in ("true", "false"):
        message = _("Send true or false.")
        raise Invalid(errors=[FieldError(f"?{PARAMETER}", "unknown_value", message)])
    return asked == "true"


def rehearse(request: HttpRequest, act: Callable[[], HttpResponse]) -> HttpResponse:
    """Answer with `act()`, marked as a dry run as a refusal is, and let the open transaction be rolled back."""
    request.is_rehearsal = True  # type: ignore[attr-defined]
    response = act()
    transaction.set_rollback(True)
    response[HEADER] = "true"
    return response
