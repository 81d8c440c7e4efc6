"""Makes the imports of the process that loads it go in many slow steps, so that a kill can fall into any of them."""

import time
from collections.abc import Iterator
from typing import Any

from campaigns.legacy import applying, jobs, settlement, staging
from tests.legacy.killing import ROWS

PAUSE = 0.03


def slow_chunk(*arguments: Any, **options: Any) -> tuple[int, int]:
    """Apply few rows, with time before them and between them and their commit."""
    time.sleep(PAUSE)
    made = applying.apply_chunk(*arguments, **options, size=ROWS)
    time.sleep(PAUSE)
    return made


def slow_stage(*arguments: Any) -> Iterator[int]:
    """Stage with time between the slices."""
    for rows in staging.stage(*arguments):
        time.sleep(PAUSE)
        yield rows


def slow_settle(*arguments: Any) -> None:
    """Judge with time before and after."""
    time.sleep(PAUSE)
    settlement.settle(*arguments)
    time.sleep(PAUSE)


staging._SLICE_ROWS = ROWS  # type: ignore[misc]
vars(jobs).update(apply_chunk=slow_chunk, stage=slow_stage, settle=slow_settle)
