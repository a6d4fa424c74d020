"""Whether the gateway can do its work."""

import threading
import time
from collections.abc import Callable
from typing import Final

from gateway.store import Store

FRESH: Final = 1.0  # seconds for which a good result is good: a health check must not be a load


class Health:
    """Says what is wrong, by writing."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._one = threading.Lock()
        self._good = float("-inf")

    def trouble(self) -> str | None:
        """Give the reason why nothing can be stored, None when all is well."""
        with self._one:
            if self._clock() - self._good < FRESH:
                return None
            reason = self._store.trouble()
            if reason is None:
                self._good = self._clock()
            return reason
