"""The job that removes what is kept for a day only."""

from kernel.records import pruning  # noqa: F401 -- registers its handler
