"""The settings of jobs and their defaults; each may be set as JOBS_<NAME> in Django's settings."""

from dataclasses import dataclass, fields

from django.conf import settings


@dataclass(frozen=True, slots=True)
class JobSettings:
    """Times are seconds.

    `heartbeat` must leave room for two missed beats inside `lease`. `dispatch_lease` is how long a doorbell may wait
    in Redis before the job is handed out again. `depth` is how many doorbells wait per queue, `in_flight` how many jobs
    of one organization may be handed out or running per queue. `backoff` doubles with every attempt up to
    `backoff_max`. `max_deaths` worker deaths make a job dead. `handler_modules` are imported beside each app's `jobs`.
    `actor_resolver` names the function (organization, actor) that says who asked as they are now, or None.
    """

    heartbeat: float = 5.0
    lease: float = 12.0
    dispatch_lease: float = 30.0
    poll: float = 1.0
    depth: int = 8
    in_flight: int = 4
    backoff: float = 2.0
    backoff_max: float = 300.0
    max_deaths: int = 3
    handler_modules: tuple[str, ...] = ()
    actor_resolver: str = ""
    worker_class: str = "config.worker.JobWorker"


def queue_url() -> str:
    """Return the URL of the queue's Redis."""
    url: str = settings.REDIS_QUEUE_URL  # type: ignore[misc]  # set by use_servers(), which mypy does not follow
    return url


def current() -> JobSettings:
    """Return the settings as they are now, so that tests may override them."""
    return JobSettings(
        **{
            field.name: getattr(settings, name)
            for field in fields(JobSettings)
            if hasattr(settings, name := f"JOBS_{field.name.upper()}")
        }
    )
