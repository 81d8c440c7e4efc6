"""The transaction a request runs in: opened here, seen by the server with the first statement, ended here."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.db import DatabaseError, transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _

from kernel.errors import Unavailable
from kernel.http.problem import API_PREFIX
from kernel.http.refusal import refusal
from kernel.tenancy.context import Source
from kernel.tenancy.scope import public_scope, scope
from tenants.doors.request import DoorRequest
from tenants.signin.paths import PUBLIC_PHASE


class TransactionMiddleware:
    """Open one scope for whoever asks; an answer of 400 or more rolls back.

    Without an actor there is no scope: such a request sees public tables only. A COMMIT that fails becomes a 503,
    so nobody is told of a success that did not happen.
    """

    def __init__(self, get_response: Callable[[DoorRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: DoorRequest) -> HttpResponse:
        try:
            with _scope_for(request) as opened:
                response = self.get_response(request)
                if response.streaming and opened is not None:
                    raise RuntimeError("Nothing streams inside a transaction; answer with a whole body.")
                if opened is not None and response.status_code >= 400:
                    transaction.set_rollback(True)
        except DatabaseError as error:
            return refusal(
                request,
                Unavailable(_("The change could not be saved; nothing was changed. Try again."), code="commit_failed"),
                cause=error,
            )
        return response


def _scope_for(request: DoorRequest) -> AbstractContextManager[Any]:
    if request.actor is None or request.path_info.startswith(PUBLIC_PHASE):
        return nullcontext()
    if request.host_kind == "ops":
        return public_scope(actor=request.actor, source="operator", request_id=request.request_id)
    if request.organization is None:
        return nullcontext()
    source: Source = "api" if request.path_info.startswith(API_PREFIX) else "console"
    return scope(request.organization, actor=request.actor, source=source, request_id=request.request_id)
