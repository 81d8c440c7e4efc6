"""Addresses: what a slug may look like and which words are ours."""

import re

from django.conf import settings
from django.utils.translation import gettext as _

from kernel.errors import FieldError
from tenants.models import Organization
from tenants.models.organization import SLUG_PATTERN

# fmt: off
RESERVED = frozenset({
    "access", "account", "accounts", "admin", "api", "app", "apps", "assets", "auth", "billing", "blog", "cdn",
    "console", "dashboard", "demo-api", "dev", "docs", "download", "email", "files", "ftp", "git", "graphql",
    "help", "host", "hub", "id", "image", "images", "imap", "internal", "invite", "jobs", "live", "localhost",
    "login", "mail", "media", "metrics", "mx", "news", "ns", "ns1", "ns2", "operator", "operators", "ops", "pop",
    "preview", "public", "root", "search", "secure", "session", "shop", "sign-in", "signin", "smtp", "sso",
    "staging", "static", "status", "store", "studio", "support", "system", "test", "tests", "tls", "token", "url",
    "web", "webmail", "wiki", "www", "xn",
})
# fmt: on
LONGEST = 40


def slug_error(slug: str) -> FieldError | None:
    """Return what is wrong with an address, None when an organization may have it."""
    if len(slug) < 3 or len(slug) > LONGEST or not re.fullmatch(SLUG_PATTERN, slug):
        return FieldError(
            "slug",
            "slug_malformed",
            _("Use 3 to 40 lower-case letters, digits and single dashes, starting with a letter."),
        )
    if slug in RESERVED:
        return FieldError("slug", "slug_reserved", _("This address is reserved; choose another."))
    if Organization.objects.filter(slug=slug).exclude(status=Organization.Status.REMOVED).exists():
        return FieldError("slug", "slug_taken", _("This address is taken; choose another."))
    return None


def host_of(slug: str) -> str:
    """Return the host name of an organization."""
    return f"{slug}.{settings.BASE_DOMAIN}"
