"""The measured side of the import bench: one import, what follows it, or one loop, in a process of its own.

`python -m ops.bench.import_process import|follow|loop {json}` prints its times and its own peak memory last.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import django

_PIECE = 1 << 16


def main(arguments: list[str]) -> None:
    """Do what the first argument says with the options of the second."""
    django.setup()
    options = json.loads(arguments[1])
    print(json.dumps({"import": _import, "follow": _follow, "loop": _loop}[arguments[0]](options)))


def _import(options: dict[str, Any]) -> dict[str, Any]:
    """Import the dump as a person would: upload it, let the jobs run, confirm the dry run, let the jobs run."""
    from django.conf import settings

    from campaigns.legacy.commands import apply_import, upload_dump
    from kernel.tenancy.context import Actor
    from kernel.tenancy.scope import scope
    from tenants.models import Organization, User

    settings.PRIVATE_STORAGE_ROOT = options["private"]
    organization = Organization.objects.get(pk=options["organization"])
    user = User.objects.get(email="bench@example.com")
    actor = Actor("person", user.pk, user.name, user.email, "owner")
    path = Path(options["dump"])
    marks = [time.perf_counter()]
    with scope(organization, actor=actor, source="console", request_id="bench"):
        batch = upload_dump(actor=actor, chunks=_pieces(path), file_name=path.name)
    marks.append(time.perf_counter())
    _run_jobs("legacy.check")
    marks.append(time.perf_counter())
    with scope(organization, actor=actor, source="console", request_id="bench"):
        batch = apply_import(actor=actor, batch_id=batch.id)
    _run_jobs("legacy.apply")
    marks.append(time.perf_counter())
    with scope(organization, actor=actor, source="console", request_id="bench"):
        batch.refresh_from_db()
        if batch.state != "done":
            raise RuntimeError(f"The import ended as {batch.state}: {batch.error}")
    phases = [after - before for before, after in pairwise(marks)]
    return {
        "seconds": dict(zip(("upload", "dry run", "apply"), phases, strict=True)),
        "peak_kib": _peak_kib(),
        "totals": batch.counts["totals"],
        "applied": batch.applied,
    }


def _follow(options: dict[str, Any]) -> dict[str, Any]:
    """Bring in the pictures and creatives of the import before, which have a job of their own."""
    from django.conf import settings

    from campaigns.legacy.models import MediaRun
    from kernel.tenancy.context import SYSTEM
    from kernel.tenancy.scope import scope
    from tenants.models import Organization

    settings.PRIVATE_STORAGE_ROOT = options["private"]
    organization = Organization.objects.get(pk=options["organization"])
    began = time.perf_counter()
    _run_jobs("legacy.media")
    seconds = time.perf_counter() - began
    with scope(organization, actor=SYSTEM, source="system"):
        run = MediaRun.objects.get()
    if run.state != "done":
        raise RuntimeError(f"The run ended as {run.state}: {run.error}")
    return {"seconds": seconds, "peak_kib": _peak_kib(), "made": run.made}


def _loop(options: dict[str, Any]) -> dict[str, Any]:
    from ops.bench.create_loop import create_each

    return create_each(options) | {"peak_kib": _peak_kib()}


def _run_jobs(kind: str) -> None:
    """Carry out what waits until every job of this kind is over; what it asks for itself is left waiting."""
    from kernel.jobs.inline import run_waiting
    from kernel.jobs.models import Job

    jobs = Job.objects.filter(kind=kind)
    while jobs.filter(state__in=Job.ACTIVE).exists() and run_waiting():
        pass
    left = jobs.exclude(state="done").values_list("kind", "state", "error_text")
    if left:
        raise RuntimeError(f"Jobs that are not done: {list(left)}")


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def _peak_kib() -> int:
    # ru_maxrss also counts what the parent had at the moment of the fork; the kernel's own mark starts at the exec.
    status = Path(f"/proc/{os.getpid()}/status")
    if status.exists():
        [line] = [line for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak


if __name__ == "__main__":
    main(sys.argv[1:])
