"""A process that carries out the next job slowly, so that a test can kill it in the middle of anything."""

import sys
import time
from typing import Any

import django
from django.conf import settings


def main() -> None:
    """Say "go" and run the next job; `argv` is the folder of private files."""
    django.setup()
    settings.PRIVATE_STORAGE_ROOT = sys.argv[1]
    from campaigns.legacy import applying, jobs, staging
    from kernel.jobs import runner, turns

    def slow_chunk(*arguments: Any, **options: Any) -> tuple[int, int]:
        time.sleep(0.02)
        made = applying.apply_chunk(*arguments, **options, size=4)
        time.sleep(0.02)
        return made

    staging._SLICE_ROWS = 5  # type: ignore[misc]
    vars(jobs)["apply_chunk"] = slow_chunk
    [turn] = turns.pick("default")
    print("go", flush=True)
    runner.run(str(turn.job_id), turn.fence)


if __name__ == "__main__":
    main()
