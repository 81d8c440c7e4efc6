"""Whose host is it: sign-in, operators, an organization's, or nobody's."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpResponse

from kernel.errors import NotFound
from kernel.http.refusal import refusal
from tenants import records
from tenants.addresses import OPERATOR_HOST, asked_host
from tenants.doors.request import DoorRequest, HostKind


class HostMiddleware:
    """Set `request.host_kind` (base, ops, tenant), `request.organization` and the URLs of that kind.

    An unknown host is a 404 that says nothing; it writes nothing.
    """

    def __init__(self, get_response: Callable[[DoorRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: DoorRequest) -> HttpResponse:
        try:
            host = asked_host(request)
        except DisallowedHost:
            return refusal(request, NotFound())
        organization = None
        kind: HostKind
        if host == settings.BASE_DOMAIN:
            kind = "base"
        elif host == OPERATOR_HOST:
            kind = "ops"
        else:
            kind = "tenant"
            organization = records.tenant_by_host(host)
            if organization is None:
                return refusal(request, NotFound())
        request.host_kind = kind
        request.organization = organization
        request.urlconf = settings.HOST_URLCONFS[kind]
        return self.get_response(request)
