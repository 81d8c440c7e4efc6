"""Who an actor is: the account behind it, and who they are by the time a job of theirs runs."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from kernel.errors import NotAllowed
from kernel.tenancy.context import Actor, TenantLike
from tenants import records


def job_actor(organization: TenantLike | None, actor: Actor) -> Actor | None:
    """Return `actor` with the role they hold now, None where they may not act here any more.

    Operators must still be operators, people active members, tokens valid and their owners active members; a token
    stays narrowed to the scopes it had. Without an organization a person needs an active account only.
    """
    if actor.kind == "system":
        return actor
    person = _person(organization, actor)
    if person is None:
        return None
    present = replace(actor, name=person.name, email=person.email, role=person.role)
    return _narrowed(organization, present) if actor.kind == "token" else present


def user_id_of(actor: Actor) -> UUID:
    """Return the account of a person who asks; raise NotAllowed for the system, which has none."""
    if actor.user_id is None:
        raise NotAllowed(_("This is for people with an account."))
    return actor.user_id


def _person(organization: TenantLike | None, actor: Actor) -> records.Person | None:
    if actor.user_id is None:
        return None
    if actor.kind == "operator":
        return records.operator(actor.user_id)
    if organization is None:
        return records.account(actor.user_id)
    return records.member(organization, actor.user_id)


def _narrowed(organization: TenantLike | None, actor: Actor) -> Actor | None:
    if organization is None or actor.token_id is None:
        return None
    token = records.token(organization, actor.token_id)
    if token is None or token.owner_id != actor.user_id:
        return None
    if datetime.fromisoformat(token.expires_at) <= timezone.now():
        return None
    scopes = frozenset(token.scopes)
    return replace(actor, scopes=scopes if actor.scopes is None else scopes & actor.scopes)
