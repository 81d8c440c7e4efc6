"""The last fallback: a few texts in this process's memory, for code that can't reach the fallback table."""

import time
from collections import OrderedDict
from threading import RLock

MOST_ENTRIES = 1000


class Memory:
    """Keeps the newest MOST_ENTRIES texts until they end; shared by the process's threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._lock = RLock()

    def get(self, key: str) -> str | None:
        """Return the text unless it has ended."""
        with self._lock:
            text, ends = self._kept.get(key, ("", 0.0))
            return text if ends > time.monotonic() else None

    def put(self, key: str, text: str, seconds: float | None) -> None:
        """Store the text; the oldest one leaves when there are too many."""
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = text, time.monotonic() + (float("inf") if seconds is None else seconds)
            if len(self._kept) > MOST_ENTRIES:
                self._kept.popitem(last=False)

    def add(self, key: str, text: str, seconds: float | None) -> bool:
        """Store the text unless one stands there."""
        with self._lock:
            if self.get(key) is not None:
                return False
            self.put(key, text, seconds)
            return True

    def touch(self, key: str, seconds: float | None) -> bool:
        """Give a standing text another end."""
        with self._lock:
            text = self.get(key)
            if text is not None:
                self.put(key, text, seconds)
            return text is not None

    def increase(self, key: str, delta: int) -> int | None:
        """Add to a standing whole number and return it, or None where there is none."""
        with self._lock:
            text = self.get(key)
            if text is None:
                return None
            self._kept[key] = str(int(text) + delta), self._kept[key][1]
            return int(text) + delta

    def drop(self, key: str) -> bool:
        """Remove the text; whether there was one."""
        with self._lock:
            stood = self.get(key) is not None
            self._kept.pop(key, None)
            return stood


PROCESS = Memory()
