"""Settings of the processes that tests start: as in tests, but quick to notice a death."""

from config.settings.test import *  # noqa: F403
from config.settings.test import LOGGING as QUIET

JOBS_HANDLER_MODULES = ("tests.jobs.handlers",)
JOBS_HEARTBEAT = 0.3
JOBS_LEASE = 2.0
JOBS_DISPATCH_LEASE = 2.0
JOBS_POLL = 0.2
JOBS_BACKOFF = 0.1
# What RQ says of its own tells a test when a worker listens.
LOGGING = QUIET | {"loggers": {}}
