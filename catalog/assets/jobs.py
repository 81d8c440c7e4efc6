"""The jobs about assets."""

from typing import Any

from catalog.assets.rights import WARN, warn
from catalog.assets.sweep import SWEEP, sweep
from kernel.jobs import JobContext, handler


@handler(SWEEP, timeout=1800, transactional=False)
def sweep_files(ctx: JobContext) -> dict[str, Any] | None:
    """Remove expired uploads and files that nothing refers to."""
    return sweep(ctx)


@handler(WARN, timeout=300)
def warn_of_rights(ctx: JobContext) -> dict[str, Any] | None:
    """Warn of rights that end soon."""
    return warn(ctx)
