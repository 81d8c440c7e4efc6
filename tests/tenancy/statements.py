"""What a block of code sent to the database, sorted out."""

import re

from django.test.utils import CaptureQueriesContext

_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|COPY|ALTER|CREATE|DROP)\b", re.IGNORECASE)


def written(queries: CaptureQueriesContext) -> list[str]:
    """Return the statements that write."""
    return [query["sql"] for query in queries.captured_queries if _WRITES.match(query["sql"])]


def statements(queries: CaptureQueriesContext) -> list[str]:
    """Return the statements without BEGIN and COMMIT, which Django notes though nothing is sent for them."""
    return [query["sql"] for query in queries.captured_queries if query["sql"] not in ("BEGIN", "COMMIT", "ROLLBACK")]
