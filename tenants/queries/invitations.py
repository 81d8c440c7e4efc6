"""Invitations as their links, their organization and their guests see them."""

import base64
import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC
from typing import Any, Literal, cast
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.db.models.functions import Lower, Now
from django.utils.crypto import constant_time_compare, salted_hmac

from kernel.errors import NotFound
from kernel.http.cursor import DEFAULT_PAGE, LARGEST_PAGE, Page, Sort, page
from kernel.tenancy.context import SYSTEM, Actor, TenantLike, current_organization
from kernel.tenancy.scope import scope
from tenants.access.catalogue import ROLES
from tenants.access.models import Membership, Role
from tenants.access.resolver import require
from tenants.addresses import base_url
from tenants.models import Invitation

State = Literal["open", "expired", "accepted", "revoked"]
_SORTS: Mapping[str, Sort] = {"-created_at": Sort(("created_at", "id"), descending=True)}


def token_of(invitation: Invitation) -> str:
    """Return the secret of the invitation's link: 256 bits that only this installation's key can make.

    It is derived, not stored, so that the link can be shown again to those who may invite, while the database holds
    its hash alone. A new time of expiry makes a new token, and the former link is dead.
    """
    ends = invitation.expires_at.astimezone(UTC).isoformat()
    digest = salted_hmac("tenants.invitation", f"{invitation.pk}:{ends}", algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def hash_of(token: str) -> bytes:
    """Return what the database holds of a token."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()


def link_of(invitation: Invitation) -> str:
    """Return the link as it was sent; empty where the installation's key has changed since: send a new one then."""
    token = token_of(invitation)
    if not constant_time_compare(hash_of(token), bytes(invitation.token_hash)):
        return ""
    return base_url(f"/invitation/{token}/")


def invitation_by_token(token: str) -> Invitation | None:
    """Return the invitation that this link leads to, whatever became of it."""
    return _with_state().filter(token_hash=hash_of(token)).first()


def invitations_of(organization_id: UUID) -> Sequence[Invitation]:
    """Return the organization's invitations that nobody has accepted, the newest first."""
    return list(_with_state().filter(organization_id=organization_id, accepted_at=None))


def invitation_page(*, actor: Actor, cursor: str | None = None, limit: int | None = None) -> Page[Invitation]:
    """Return one page of the open scope's invitations that are open or have expired, the newest first, in one query."""
    require(actor, "member:invite")
    rows = _with_state().filter(organization_id=current_organization().id, accepted_at=None, revoked_at=None)
    return page(
        rows,
        name="invitations",
        filters={},
        sort="-created_at",
        sorts=_SORTS,
        cursor=cursor,
        limit=max(1, min(limit or DEFAULT_PAGE, LARGEST_PAGE)),
    )


def invitation_detail(*, actor: Actor, invitation_id: UUID) -> Invitation:
    """Return one of the open scope's invitations, whatever became of it."""
    require(actor, "member:invite")
    found = invitation_by_id(current_organization().id, invitation_id)
    if found is None:
        raise NotFound()
    return found


def invitation_by_id(organization_id: UUID, invitation_id: UUID) -> Invitation | None:
    """Return one of the organization's invitations, whatever became of it."""
    return _with_state().filter(organization_id=organization_id, pk=invitation_id).first()


def invitations_to(people: Collection[Membership]) -> Mapping[UUID, Invitation]:
    """Return the invitations that are open or have expired of these people of the open scope, by their row's id."""
    ids = [found.pk for found in people if found.status == Membership.Status.INVITED]
    if not ids:
        return {}
    rows = _with_state().filter(organization_id=current_organization().id, accepted_at=None, revoked_at=None)
    return {row.membership_id: row for row in rows.filter(membership_id__in=ids) if row.membership_id}


def was_anybody_invited(organization_id: UUID, *, besides: str) -> bool:
    """Whether anybody but the person with the address `besides` was ever asked into the organization."""
    return Invitation.objects.filter(organization_id=organization_id).exclude(email__iexact=besides).exists()


def open_invitation(organization_id: UUID, email: str) -> Invitation | None:
    """Return the invitation to this address that is neither accepted nor revoked; it may have expired."""
    return next(iter(open_invitations(organization_id, [email.strip()])), None)


def open_invitations(organization_id: UUID, emails: Collection[str]) -> Sequence[Invitation]:
    """Return the invitations to these addresses that are neither accepted nor revoked; they may have expired."""
    rows = _with_state().filter(organization_id=organization_id, accepted_at=None, revoked_at=None)
    return list(rows.alias(lower=Lower("email")).filter(lower__in=[email.lower() for email in emails]))


def state_of(invitation: Invitation) -> State:
    """Return what became of an invitation that was read by one of the queries here."""
    if invitation.accepted_at is not None:
        return "accepted"
    if invitation.revoked_at is not None:
        return "revoked"
    return "expired" if cast("Any", invitation).is_over else "open"


def role_name(organization: TenantLike, slug: str) -> str:
    """Return a role's name for people outside the organization, which is opened to read that of a custom one."""
    if slug in ROLES:
        return str(ROLES[slug].name)
    with scope(organization, actor=SYSTEM, source="system"):
        return Role.objects.filter(slug=slug).values_list("name", flat=True).first() or slug


def _with_state() -> QuerySet[Invitation]:
    over = ExpressionWrapper(Q(expires_at__lte=Now()), output_field=BooleanField())
    return Invitation.objects.annotate(is_over=over)
