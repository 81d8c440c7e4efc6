"""What a handler is given: who asked, for which organization, and how to tell how far it is."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connections

from kernel.jobs.faults import Cancelled, Interrupted, LeaseLost, describe
from kernel.jobs.steps import Step, StepState, moved, planned, state_of
from kernel.tenancy.context import Actor, Scope, Source, TenantLike
from kernel.tenancy.scope import public_scope, scope

if TYPE_CHECKING:
    from kernel.jobs.lease import Lease
    from kernel.jobs.pulse import Pulse

shutting_down = threading.Event()
"""Set by the worker's signal handler: jobs that can pause should."""

__all__ = ["Cancelled", "Interrupted", "JobContext", "LeaseLost"]


@dataclass(slots=True)
class JobContext:
    """One attempt of one job, as its handler sees it."""

    job_id: UUID
    fence: int
    kind: str
    payload: dict[str, Any]
    organization: TenantLike | None
    actor: Actor
    request_id: str
    attempt: int
    source: Source
    steps: list[Step]
    done: bool = field(default=False, init=False)
    _lease: "Lease"
    _pulse: "Pulse"
    _result: dict[str, Any] | None = field(default=None, init=False)
    _finishing: bool = field(default=False, init=False)
    _ledger_alias: str = field(default="default", init=False)

    def checkpoint(self) -> None:
        """Raise Cancelled, Interrupted or LeaseLost where the job should not go on; call it between chunks."""
        if self._pulse.lost:
            raise LeaseLost(f"Job {self.job_id} was taken back.")
        if self._pulse.cancel_requested:
            raise Cancelled
        if shutting_down.is_set():
            raise Interrupted

    def progress(self, done: int, total: int, phase: str = "") -> None:
        """Say how far the job is; shown within half a second, also while a transaction is open."""
        self._pulse.show({"done": done, "total": total, "phase": str(phase)})

    @contextmanager
    def transaction(self, *, reason: str = "") -> Iterator[Scope]:
        """Open one chunk: a scope of the job's organization that commits only while this attempt holds the job.

        The last statement checks the fence and stores progress and steps; where the job was taken back it raises
        LeaseLost and everything in the chunk is rolled back.
        """
        before = self.steps
        try:
            with self._scope(reason) as bound:
                yield bound
                self._hold()
            self.done = self._finishing
        except BaseException:
            self.steps, self._finishing = before, False
            raise

    def finish(self, result: dict[str, Any] | None = None) -> None:
        """Mark the job done with the chunk at hand: its effects and `done` commit together."""
        self._result, self._finishing = result, True

    # Steps ------------------------------------------------------------------------------------

    def plan(self, *steps: tuple[str, str]) -> None:
        """Name the job's steps as (name, label); those that an earlier attempt finished stay finished."""
        self._store(planned(steps, self.steps))

    def step_is_done(self, name: str) -> bool:
        """Whether this or an earlier attempt has committed the step."""
        return state_of(self.steps, name) == "done"

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Run one step: shown as running, then done, or failed with the error. Ask step_is_done() first."""
        self.record_step(name, "running")
        try:
            yield
        except LeaseLost:
            raise
        except (Cancelled, Interrupted):
            self._leave_step(name, "waiting")
            raise
        except Exception as error:
            self._leave_step(name, "failed", describe(error))
            raise
        if not self.step_is_done(name):
            self.record_step(name, "done")

    def record_step(self, name: str, state: StepState, *, detail: str = "", error: str = "", using: str = "") -> None:
        """Write a step's state: at once, or with the chunk's commit inside `transaction()`.

        With `using` it is written in that alias's open transaction and commits with what else is done there (DDL,
        say); make it the last statement before that commit, because it holds the job's row until then.
        """
        self._store(moved(self.steps, name, state, detail, error), using)

    def _leave_step(self, name: str, state: StepState, error: str = "") -> None:
        # Inside an open chunk there is nothing to write: it is about to be rolled back.
        if not connections["default"].in_atomic_block:
            self.record_step(name, state, error=error)

    # ------------------------------------------------------------------------------------------

    @contextmanager
    def _scope(self, reason: str) -> Iterator[Scope]:
        if self._pulse.lost:
            raise LeaseLost(f"Job {self.job_id} was taken back.")
        if self.organization is None:
            opened = public_scope(
                actor=self.actor, source=self.source, request_id=self.request_id, job_id=self.job_id, reason=reason
            )
        else:
            opened = scope(
                self.organization,
                actor=self.actor,
                source=self.source,
                request_id=self.request_id,
                job_id=self.job_id,
                reason=reason,
            )
        with opened as bound:
            yield bound

    def _hold(self) -> None:
        if not self._finishing:
            self._pulse.cancel_requested |= self._lease.extend(self._pulse.progress, self.steps)
            return
        self._pulse.stop()
        self._lease.finish(self._result, self._pulse.progress, self.steps)

    def _store(self, steps: Sequence[Step], using: str = "") -> None:
        if not using and connections["default"].in_atomic_block:
            self.steps = list(steps)
            return
        if using != self._ledger_alias and connections[self._ledger_alias].in_atomic_block:
            raise RuntimeError(
                f"The transaction on {self._ledger_alias!r} holds the job's row; commit it before the next step."
            )
        self._pulse.cancel_requested |= self._lease.extend(self._pulse.progress, steps, using or "default")
        self.steps, self._ledger_alias = list(steps), using or "default"
