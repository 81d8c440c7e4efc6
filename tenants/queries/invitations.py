"""Invitations as their links, their organization and their guests see them."""

import base64
import hashlib
from collections.abc import Sequence
from datetime import UTC
from typing import Any, Literal, cast
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.db.models.functions import Now
from django.utils.crypto import constant_time_compare, salted_hmac

from tenants.access.catalogue import ROLES
from tenants.addresses import base_url
from tenants.models import Invitation

State = Literal["open", "expired", "accepted", "revoked"]


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


def was_anybody_invited(organization_id: UUID, *, besides: str) -> bool:
    """Whether anybody but the person with the address `besides` was ever asked into the organization."""
    return Invitation.objects.filter(organization_id=organization_id).exclude(email__iexact=besides).exists()


def open_invitation(organization_id: UUID, email: str) -> Invitation | None:
    """Return the invitation to this address that is neither accepted nor revoked; it may have expired."""
    rows = _with_state().filter(organization_id=organization_id, accepted_at=None, revoked_at=None)
    return rows.filter(email__iexact=email.strip()).first()


def state_of(invitation: Invitation) -> State:
    """Return what became of an invitation that was read by one of the queries here."""
    if invitation.accepted_at is not None:
        return "accepted"
    if invitation.revoked_at is not None:
        return "revoked"
    return "expired" if cast("Any", invitation).is_over else "open"


def role_name(slug: str) -> str:
    """Return a role's name for people outside the organization; a custom role's slug stands for itself."""
    return str(ROLES[slug].name) if slug in ROLES else slug


def _with_state() -> QuerySet[Invitation]:
    over = ExpressionWrapper(Q(expires_at__lte=Now()), output_field=BooleanField())
    return Invitation.objects.annotate(is_over=over)
