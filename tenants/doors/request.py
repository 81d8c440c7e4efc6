"""What the doors put on a request."""

from typing import Literal

from django.http import HttpRequest

from kernel.tenancy.context import Actor
from tenants.records import Person, Tenant, Token

HostKind = Literal["base", "ops", "tenant"]


class DoorRequest(HttpRequest):
    """A request that has passed the doors; used for types only, Django makes the object."""

    request_id: str
    host_kind: HostKind
    organization: Tenant | None
    person: Person | None
    actor: Actor | None
    token: Token | None
