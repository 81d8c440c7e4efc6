"""The recording side of the audit log: each model declares what is recorded; the database records it."""

from kernel.recorder.declare import audited, unaudited

__all__ = ["audited", "unaudited"]
