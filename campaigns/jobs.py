"""The background work of this app."""

from campaigns.legacy import jobs as legacy_jobs

__all__ = ["legacy_jobs"]
