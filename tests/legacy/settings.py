"""Settings of the workers that tests kill in the middle of an import."""

import os

from tests.jobs.settings import *  # noqa: F403

JOBS_HANDLER_MODULES = ("tests.legacy.chunks",)
JOBS_HEARTBEAT = 0.2
JOBS_LEASE = 1.0
PRIVATE_STORAGE_ROOT = os.environ["TEST_PRIVATE_STORAGE_ROOT"]
