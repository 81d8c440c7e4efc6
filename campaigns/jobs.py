"""The background work of this app."""

from campaigns import clock
from campaigns.drafts import pruning as drafts
from campaigns.legacy import jobs as legacy_jobs

__all__ = ["clock", "drafts", "legacy_jobs"]
