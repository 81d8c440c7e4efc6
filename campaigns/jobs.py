"""The background work of this app."""

from campaigns import clock
from campaigns.drafts import pruning as drafts
from campaigns.legacy import jobs as legacy_jobs
from campaigns.legacy.media import running as legacy_media

__all__ = ["clock", "drafts", "legacy_jobs", "legacy_media"]
