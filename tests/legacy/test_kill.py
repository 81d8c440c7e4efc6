"""An import whose process is killed: it ..."""

import random
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from campaigns.legacy.models import LegacyIdentity
from kernel.jobs import turns
from kernel.jobs.models import Job
from tests.jobs.processes import ROOT, _environment
from tests.legacy.dumps import FORMS, expected, small
from tests.legacy.importing import Importer, run_job

pytestmark = pytest.mark.processes


def kill_in_the_middle(folder: Path, seconds: float) -> bool:
    """Start a process on the next job and kill it after a while; return whether it was still at work."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.legacy.victim", str(folder)],
        cwd=ROOT,
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as victim:
        assert victim.stdout is not None
        assert victim.stdout.readline() == b"go\n"
        time.sleep(seconds)
        at_work = victim.poll() is None
        victim.kill()
    # What the dispatcher does once the lease has run out; each death is an incident of its own here.
    past = timezone.now() - timedelta(seconds=1)
    Job.objects.filter(state__in=["dispatched", "running"]).update(lease_until=past)
    turns.reap()
    Job.objects.filter(state="pending").update(run_at=past, deaths=0, attempt=0)
    return at_work


def test_it_loses_nothing_and_doubles_nothing(importer: Importer, tmp_path: Path) -> None:
    dump = FORMS["double"](small())
    importer.whole(dump, source="uninterrupted")
    wanted = of_source(importer, "uninterrupted")
    chance = random.Random(2025)

    batch_id = importer.upload(dump)
    kills = kill_again_and_again(tmp_path, chance, deaths=3)
    importer.ask(importer.batch(batch_id))
    kills += kill_again_and_again(tmp_path, chance, deaths=7)

    assert kills >= 8
    batch = importer.batch(batch_id)
    assert (batch.state, batch.applied, batch.counts["totals"]) == ("done", 83, expected()["totals"])
    assert of_source(importer, "browser") == wanted
    with importer.scope():
        assert LegacyIdentity.objects.filter(source="browser").count() == 83
    created = importer.entries(event="create", source="import", job_id=batch.job_id)
    assert len({entry.object_pk for entry in created}) == len(created) == 78


def kill_again_and_again(folder: Path, chance: random.Random, *, deaths: int) -> int:
    """Kill the waiting job's process up to `deaths` times, then let it end; return how often it was at work."""
    kills = 0
    for _death in range(deaths):
        if Job.objects.filter(state="pending").exists():
            kills += kill_in_the_middle(folder, chance.uniform(0, 0.4))
    if Job.objects.filter(state="pending").exists():
        run_job()
    return kills


def of_source(importer: Importer, source: str) -> dict[str, list[dict[str, Any]]]:
    """Everything that came from one source, without the source's name."""
    return {
        kind: [row | {"legacy_source": ""} for row in rows if row["legacy_source"] == source]
        for kind, rows in importer.contents().items()
    }
