"""Health checks that are no load: one at a time, shared by all who ask, with a deadline."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Final

FRESH: Final = 1.0  # seconds for which a good result is good
PATIENCE: Final = 3.0  # seconds after which a check that hangs is an answer by itself


class Checkup:
    """Runs ``trouble``, which gives a reason or None, in ``thread``, which has nothing else to do."""

    def __init__(
        self, trouble: Callable[[], str | None], thread: Executor, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._trouble = trouble
        self._thread = thread
        self._clock = clock
        self._running: asyncio.Future[str | None] | None = None
        self._good = float("-inf")

    async def reason(self) -> str | None:
        """Give the reason why nothing can be stored, None when all is well."""
        if self._clock() - self._good < FRESH:
            return None
        if self._running is None or self._running.done():
            self._running = asyncio.get_running_loop().run_in_executor(self._thread, self._trouble)
        try:
            reason = await asyncio.wait_for(asyncio.shield(self._running), PATIENCE)
        except TimeoutError:
            return "the database does not answer"
        if reason is None:
            self._good = self._clock()
        return reason
