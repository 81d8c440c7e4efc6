"""Makes the imports of the process that loads it go in many slow steps, so that a kill can fall into any of them."""

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from campaigns.legacy import applying, jobs, settlement, staging
from campaigns.legacy.media import reading, running, storing, writing
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


def slow_pictures(*arguments: Any) -> tuple[dict[str, int], dict[str, str]]:
    """Store pictures with time between them and their commit."""
    done = storing.store_pictures(*arguments)
    time.sleep(PAUSE)
    return done


def slow_media(*arguments: Any) -> Counter[str]:
    """Write what a chunk of rows holds, with time before it and between it and its commit."""
    time.sleep(PAUSE)
    made = writing.write_chunk(*arguments)
    time.sleep(PAUSE)
    return made


staging._SLICE_ROWS = ROWS  # type: ignore[misc]
reading.MOST_ROWS = ROWS  # type: ignore[misc]
storing.MOST_AT_ONCE = 1  # type: ignore[misc]
vars(running).update(store_pictures=slow_pictures, write_chunk=slow_media)
vars(jobs).update(apply_chunk=slow_chunk, stage=slow_stage, settle=slow_settle)
