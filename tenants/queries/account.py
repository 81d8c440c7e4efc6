"""A person's account as they and others may see it: links that are still open, pictures."""

import hashlib
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, Q
from django.db.models.functions import Now

from tenants import records
from tenants.models import DirectoryEntry, EmailChange, PasswordReset, User

Status = DirectoryEntry.Status


def hash_of(token: str) -> bytes:
    """Return what the database holds of a mailed link's token."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()


def open_reset(token: str) -> PasswordReset | None:
    """Return the reset that this link may still carry out, with its account."""
    rows = PasswordReset.objects.select_related("user")
    return rows.filter(pk=hash_of(token), used_at=None, expires_at__gt=Now(), user__is_active=True).first()


def open_email_change(user_id: UUID, token: str | None = None) -> EmailChange | None:
    """Return the change of address a person has asked for and not confirmed; with `token`, only that link's."""
    rows = EmailChange.objects.filter(user_id=user_id, used_at=None, expires_at__gt=Now())
    return (rows if token is None else rows.filter(token_hash=hash_of(token))).first()


def may_see_picture(viewer_id: UUID, organization_id: UUID | None, user_id: UUID, key: str) -> bool:
    """Whether `key` is the present picture of somebody whom the viewer may see on this host.

    On an organization's host that is whoever belongs to it, for its active members; elsewhere oneself, whoever shares
    an organization, and for operators everybody.
    """
    shown = DirectoryEntry.objects.filter(user_id=user_id, picture=key)
    if organization_id is not None:
        here = DirectoryEntry.objects.filter(organization_id=organization_id)
        belongs = Exists(here.filter(user_id=viewer_id, status=Status.ACTIVE))
        return shown.filter(belongs, organization_id=organization_id).exists()
    if viewer_id == user_id or records.operator(viewer_id) is not None:
        return User.objects.filter(pk=user_id, picture=key).exists()
    together = Q(organization__directory__user_id=viewer_id, organization__directory__status=Status.ACTIVE)
    return shown.filter(together).exists()


def pictures_of(organization_id: UUID, user_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the picture keys of those people of an organization who have one, in one query."""
    rows = DirectoryEntry.objects.filter(organization_id=organization_id, user_id__in=list(user_ids))
    return dict(rows.exclude(picture="").values_list("user_id", "picture"))
