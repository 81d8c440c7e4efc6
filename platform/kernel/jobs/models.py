"""The jobs table is the truth about every job; Redis only rings the bell."""

import uuid

from django.db import models
from django.db.models.functions import Cast, Coalesce, Length, Now
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from kernel.ids import uuid7
from kernel.jobs.submit import PAYLOAD_LIMIT
from kernel.recorder import unaudited

PLATFORM_LANE = uuid.UUID(int=0)


@unaudited(
    "carries its own history: states, attempts, steps, who asked; what operators do to it is an event in the log"
)
class Job(models.Model):
    """One piece of work, written in the transaction that asks for it. No foreign keys: it outlives what it names."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        DISPATCHED = "dispatched", _("Handed to a worker")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        DEAD = "dead", _("Given up")
        CANCELLED = "cancelled", _("Cancelled")

    ACTIVE = (State.PENDING, State.DISPATCHED, State.RUNNING)
    RETRYABLE = (State.FAILED, State.DEAD, State.CANCELLED)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization_id = models.UUIDField(null=True, editable=False)
    tenant_role = models.CharField(max_length=63, default="", editable=False)
    kind = models.CharField(max_length=80)
    queue = models.CharField(max_length=40)
    payload = models.JSONField(default=dict)
    dedupe_key = models.CharField(max_length=200, default="")
    serial_key = models.CharField(max_length=200, default="")
    priority = models.SmallIntegerField(default=3)
    run_at = models.DateTimeField(db_default=Now())

    state = models.CharField(max_length=12, choices=State.choices, default=State.PENDING)
    attempt = models.IntegerField(default=0)
    max_attempts = models.IntegerField(default=5)
    deaths = models.IntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    fence = models.BigIntegerField(default=0)
    worker = models.CharField(max_length=120, default="")
    cancel_requested_at = models.DateTimeField(null=True)

    progress = models.JSONField(default=dict)
    steps = models.JSONField(default=list)
    result = models.JSONField(null=True)
    error_class = models.CharField(max_length=200, default="")
    error_text = models.CharField(max_length=1000, default="")

    actor_kind = models.CharField(max_length=10)
    actor_user_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=120, default="")
    actor_email = models.CharField(max_length=254, default="")
    actor_role = models.CharField(max_length=40, default="")
    actor_token_id = models.UUIDField(null=True)
    actor_scopes = models.JSONField(null=True)
    request_id = models.CharField(max_length=64, default="")

    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                "queue",
                Coalesce("organization_id", models.Value(PLATFORM_LANE)),
                "priority",
                "run_at",
                "id",
                condition=models.Q(state="pending"),
                name="job_ready",
            ),
            models.Index(
                fields=["lease_until"], condition=models.Q(state__in=["dispatched", "running"]), name="job_leased"
            ),
            models.Index(fields=["organization_id", "-id"], name="job_of_organization"),
            models.Index(fields=["state", "-id"], name="job_by_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organization_id", "kind", "dedupe_key"],
                condition=models.Q(state__in=["pending", "dispatched", "running"]) & ~models.Q(dedupe_key=""),
                nulls_distinct=False,
                name="job_once_active",
            ),
            models.UniqueConstraint(
                fields=["organization_id", "serial_key"],
                condition=models.Q(state__in=["dispatched", "running"]) & ~models.Q(serial_key=""),
                nulls_distinct=False,
                name="job_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["pending", "dispatched", "running", "done", "failed", "dead", "cancelled"]
                ),
                name="job_state_known",
            ),
            models.CheckConstraint(condition=models.Q(priority__range=(1, 5)), name="job_priority_range"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length(Cast("payload", models.TextField())), PAYLOAD_LIMIT),
                name="job_payload_small",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


@unaudited("the dispatcher's memory of whose turn it is; a pause is an event in the log")
class Lane(models.Model):
    """Whose turn it is: one row per organization that ever had a job; the platform's own jobs share one lane."""

    id = models.UUIDField(primary_key=True, editable=False)
    served_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    paused_reason = models.CharField(max_length=200, default="")

    def __str__(self) -> str:
        return str(self.id)
