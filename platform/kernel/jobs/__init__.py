"""Lossless jobs: PostgreSQL is the truth, RQ is the doorbell and the executor."""

from kernel.jobs.context import Cancelled, JobContext, LeaseLost
from kernel.jobs.registry import handler
from kernel.jobs.submit import enqueue

__all__ = ["Cancelled", "JobContext", "LeaseLost", "enqueue", "handler"]
