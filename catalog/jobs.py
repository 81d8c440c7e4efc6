"""The background work of this app."""

from catalog.assets import jobs as asset_jobs
from catalog.files import jobs as file_jobs
from catalog.files import pruning as file_pruning

__all__ = ["asset_jobs", "file_jobs", "file_pruning"]
