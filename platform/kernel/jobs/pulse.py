"""The heartbeat of a running job: a thread that keeps the lease alive and hears of a wish to cancel."""

import contextvars
import logging
import threading
from typing import Any, Self

from django.db import DatabaseError, InterfaceError, connections

from kernel.jobs import conf
from kernel.jobs.faults import LeaseLost
from kernel.jobs.lease import Lease

logger = logging.getLogger(__name__)

_MIN_GAP = 0.25


class Pulse:
    """Extends the lease on a connection of its own, so that progress shows while the handler's transaction is open."""

    def __init__(self, lease: Lease, progress: dict[str, Any]) -> None:
        self.lost = False
        self.cancel_requested = False
        self.progress = progress
        self._lease = lease
        self._over = threading.Event()
        self._wake = threading.Event()
        # A fresh context: the thread belongs to no scope, whatever the starting thread is in.
        self._thread = threading.Thread(target=contextvars.Context().run, args=(self._beat,), name="pulse", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()
        self._thread.join()

    def show(self, progress: dict[str, Any]) -> None:
        """Publish how far the job is, soon but not more often than a few times a second."""
        self.progress = progress
        self._wake.set()

    def stop(self) -> None:
        """Beat no more; a beat that finds the job over after this is no loss."""
        self._over.set()
        self._wake.set()

    def _beat(self) -> None:
        try:
            while not self._over.wait(_MIN_GAP):
                self._wake.wait(conf.current().heartbeat)
                self._wake.clear()
                if not self._over.is_set():
                    self._extend()
        except LeaseLost:
            self.lost = not self._over.is_set()
        finally:
            connections.close_all()

    def _extend(self) -> None:
        try:
            self.cancel_requested = self._lease.extend(self.progress) or self.cancel_requested
        except (DatabaseError, InterfaceError) as error:
            logger.warning("The heartbeat of job %s missed a beat: %s", self._lease.job_id, error)
            connections.close_all()
