"""The background work of this app."""

from campaigns import clock
from campaigns.legacy import jobs as legacy_jobs

__all__ = ["clock", "legacy_jobs"]
