"""Which function carries out which kind of job: each app's `jobs` module registers its own."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from kernel.jobs import conf
from kernel.tenancy.context import Source

if TYPE_CHECKING:
    from kernel.jobs.context import JobContext
    from kernel.jobs.models import Job

DEFAULT_QUEUE = "default"
DEFAULT_TIMEOUT = 300
type Work = Callable[["JobContext"], dict[str, Any] | None]


class UnknownKind(LookupError):
    """No handler is registered for this kind of job: a bug, or a worker older than the web server."""


@dataclass(frozen=True, slots=True)
class Handler:
    """How one kind of job runs; `transactional` means its effects and `done` are one transaction.

    `platform` kinds are refused to organizations. `before_retry` may refuse that a job is tried again.
    """

    kind: str
    work: Work
    queue: str
    timeout: int
    transactional: bool
    source: Source
    platform: bool = False
    before_retry: "Callable[[Job], None] | None" = None


_handlers: dict[str, Handler] = {}


def handler(
    kind: str,
    *,
    queue: str = DEFAULT_QUEUE,
    timeout: int = DEFAULT_TIMEOUT,
    transactional: bool = True,
    source: Source = "job",
    platform: bool = False,
    before_retry: "Callable[[Job], None] | None" = None,
) -> Callable[[Work], Work]:
    """Register the function that carries out jobs of `kind`.

    A transactional handler runs as a whole in one scope of the job's organization (or of the public tables) and
    commits together with `done`. Any other opens `ctx.transaction()` for each of its chunks and must be repeatable.
    After `timeout` seconds the attempt is broken off. A `platform` kind never runs for an organization. `before_retry`
    raises a DomainError where a job that is over must not be tried again.
    """

    def register(work: Work) -> Work:
        known = _handlers.get(kind)
        if known is not None and known.work is not work:
            raise ValueError(f"Two handlers are registered for jobs of kind {kind!r}.")
        _handlers[kind] = Handler(kind, work, queue, timeout, transactional, source, platform, before_retry)
        return work

    return register


def find(kind: str) -> Handler:
    """Return the handler of `kind`; raise UnknownKind where none is registered."""
    load()
    try:
        return _handlers[kind]
    except KeyError:
        raise UnknownKind(f"No handler is registered for jobs of kind {kind!r}.") from None


def timeout_of(kind: str) -> int:
    """Return how many seconds an attempt may take; for a kind that only newer processes know, the usual."""
    load()
    known = _handlers.get(kind)
    return known.timeout if known else DEFAULT_TIMEOUT


def check_retry(job: "Job") -> None:
    """Raise what the kind's `before_retry` raises; a kind that only newer processes know is asked nothing."""
    load()
    known = _handlers.get(job.kind)
    if known is not None and known.before_retry is not None:
        known.before_retry(job)


def queues() -> list[str]:
    """Return every queue that some handler uses; each needs a worker of its own."""
    load()
    return sorted({DEFAULT_QUEUE, *(known.queue for known in _handlers.values())})


@cache
def load() -> None:
    """Import the `jobs` module of every installed app, once."""
    for app in apps.get_app_configs():
        if app.module is not None and module_has_submodule(app.module, "jobs"):
            import_module(f"{app.name}.jobs")
    for name in conf.current().handler_modules:
        import_module(name)
