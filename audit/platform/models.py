"""The operators' log: what happened to the public tables, and what operators did."""

from audit.entries import RecordedEntry
from kernel.recorder import unaudited


@unaudited("it is the log", read_only=True)
class PlatformEntry(RecordedEntry):
    """What happened on the platform."""

    class Meta(RecordedEntry.Meta):
        pass
