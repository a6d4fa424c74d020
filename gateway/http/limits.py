"""Limits a minute, in fixed windows.

They live in memory: there is one web process on the embedded database, a restart forgives at most one minute's count,
and a write to the disk for each attempt would be the very load that a limit is to prevent.
"""

import time
from collections.abc import Callable
from typing import Final

from gateway.errors import RateLimited

WINDOW: Final = 60
MOST_KEYS: Final = 50_000


class Limit:
    """At most ``most`` hits a minute for each key; 0: no limit."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._window = 0
        self._hits: dict[str, int] = {}

    def hit(self, key: str) -> None:
        """Count one; raises ``RateLimited`` with the seconds until the next window."""
        if not self._most:
            return
        hits = self._now().get(key, 0)
        if hits >= self._most:
            raise RateLimited(self._wait())
        self._hits[key] = hits + 1

    def forgive(self, key: str) -> None:
        """Take one hit back."""
        hits = self._now().get(key, 0)
        if hits:
            self._hits[key] = hits - 1

    def _now(self) -> dict[str, int]:
        """Give the counts of this minute, empty in a new one; too many keys are forgotten rather than kept."""
        window = int(self._clock() // WINDOW)
        if window != self._window or len(self._hits) >= MOST_KEYS:
            self._window = window
            self._hits = {}
        return self._hits

    def _wait(self) -> int:
        return max(1, WINDOW - int(self._clock() % WINDOW))
