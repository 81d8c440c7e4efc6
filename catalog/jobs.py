"""The background work of this app."""

from catalog.assets import jobs as asset_jobs

__all__ = ["asset_jobs"]
