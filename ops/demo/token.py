"""The demo's API token: its secret is shown once, so the demo keeps it in a file that only its owner can read."""

import os
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from kernel.tenancy.context import Actor
from kernel.tenancy.scope import scope
from tenants.access import token_text, tokens
from tenants.access.models import ServiceToken
from tenants.models import Organization

SCOPES = ["campaign:view", "campaign:create", "campaign:edit", "catalog:view"]


def demo_token(organization: Organization, actor: Actor) -> str:
    """Return a working token of `actor`: the kept one while it is valid, else a new one."""
    place = Path(settings.PRIVATE_STORAGE_ROOT) / "demo-token"
    kept = place.read_text().strip() if place.exists() else ""
    if kept and _works(organization, actor, kept):
        return kept
    with scope(organization, actor=actor, source="console"):
        _row, secret = tokens.create_token(actor=actor, name="Demo", scopes=SCOPES, expires_at=None)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secret)
    return secret


def _works(organization: Organization, actor: Actor, text: str) -> bool:
    parsed = token_text.parse(text)
    if parsed is None or parsed.organization_id != organization.pk:
        return False
    with scope(organization, actor=actor, source="console"):
        row = ServiceToken.objects.filter(pk=parsed.token_id, revoked_at=None, expires_at__gt=timezone.now()).first()
        return row is not None and tokens.verify(row, parsed.secret)
