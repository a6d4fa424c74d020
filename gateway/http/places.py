"""Places for bodies on their way in: so many at once, and those of slow senders make way when others wait."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from gateway.errors import Busy

PATIENCE: Final = 2.0  # seconds after which a slow sender gives its place up, if others wait
LEAST_RATE: Final = 4096  # bytes a second that count as not slow


class Places:
    """``most`` places, of which one caller may have ``own``, and for which a request waits ``timeout`` seconds."""

    def __init__(self, most: int, timeout: float, own: int | None = None) -> None:
        self._free = asyncio.Semaphore(most)
        self._timeout = timeout
        self._own = own or most
        self._held: Counter[str] = Counter()
        self._waiting = 0

    @asynccontextmanager
    async def hold(self, caller: str = "") -> AsyncIterator[None]:
        """Hold a place; raises ``Busy`` when there is none for too long, or the caller has too many."""
        if caller and self._held[caller] >= self._own:
            raise Busy("too many uploads of yours at once", wait=5)
        self._held[caller] += 1
        try:
            async with self._hold():
                yield
        finally:
            self._held[caller] -= 1
            if not self._held[caller]:
                del self._held[caller]

    @asynccontextmanager
    async def _hold(self) -> AsyncIterator[None]:
        self._waiting += 1
        try:
            async with asyncio.timeout(self._timeout):
                await self._free.acquire()
        except TimeoutError:
            raise Busy("too many uploads at once", wait=10) from None
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._free.release()

    def hurry(self, elapsed: float, got: int) -> None:
        """Turn away who sends too slowly, ``got`` bytes in ``elapsed`` seconds, if others wait; raises ``Busy``."""
        if self._waiting and elapsed > PATIENCE and got < LEAST_RATE * elapsed:
            raise Busy("the body came too slowly while others wait", wait=10)
