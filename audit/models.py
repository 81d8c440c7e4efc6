"""The log of one organization, in its own schema."""

from audit.entries import RecordedEntry
from kernel.recorder import unaudited


@unaudited("it is the log", read_only=True)
class Entry(RecordedEntry):
    """What happened in this organization."""

    class Meta(RecordedEntry.Meta):
        pass
