"""Identifiers: time-ordered UUIDs (version 7), the same kind PostgreSQL makes with uuidv7()."""

import uuid

import uuid_utils


def uuid7() -> uuid.UUID:
    """Return a new UUIDv7: sorts by creation time, safe to make on any machine (RFC 9562)."""
    return uuid.UUID(int=uuid_utils.uuid7().int)
