"""Having files converted for requests that wait: one at a time, and once for all that want the same."""

import asyncio
from collections.abc import Iterable
from concurrent.futures import Executor
from typing import Final

from gateway.errors import Busy
from gateway.http.work import Work
from gateway.model import Conversion
from gateway.service.conversions import Conversions
from gateway.service.offers import Offer

WAITING: Final = 16  # conversions that run or wait their turn
LIST_PATIENCE: Final = 5.0  # seconds for which a list waits for what it could offer


class Converting:
    """Has conversions made in ``thread``, an executor with one thread."""

    def __init__(self, conversions: Conversions, work: Work, thread: Executor) -> None:
        self._conversions = conversions
        self._work = work
        self._thread = thread
        self._running: dict[Conversion, asyncio.Task[None]] = {}

    async def made(self, offer: Offer) -> bool:
        """Wait until what an offer needs is made, and note that it is in use; False when it was ready."""
        if offer.conversion is None or offer.ready:
            if offer.conversion is not None and offer.news:
                self._work.note(self._conversions.touch(offer.conversion))
            return False
        await asyncio.shield(self._start(offer.conversion))
        return True

    async def prepare(self, conversions: Iterable[Conversion]) -> None:
        """Wait a while for some conversions; what takes longer goes on by itself, what fails offers nothing."""
        tasks = self.begin(conversions)
        if tasks:
            await asyncio.wait(tasks, timeout=LIST_PATIENCE)

    def begin(self, conversions: Iterable[Conversion]) -> list["asyncio.Task[None]"]:
        """Have some conversions made as far as there is room; nobody needs to wait for them."""
        tasks = []
        for conversion in conversions:
            try:
                tasks.append(self._start(conversion))
            except Busy:
                break
        return tasks

    def _start(self, conversion: Conversion) -> "asyncio.Task[None]":
        task = self._running.get(conversion)
        if task is None:
            if len(self._running) >= WAITING:
                raise Busy("many files are being converted, try again soon", wait=10)
            task = asyncio.create_task(self._make(conversion))
            self._running[conversion] = task
            task.add_done_callback(lambda done: self._ended(conversion, done))
        return task

    def _ended(self, conversion: Conversion, task: "asyncio.Task[None]") -> None:
        del self._running[conversion]
        if not task.cancelled():
            task.exception()  # whoever waits has it; where nobody does, the next request tries again

    async def _make(self, conversion: Conversion) -> None:
        loop = asyncio.get_running_loop()
        write = await loop.run_in_executor(self._thread, self._conversions.make, conversion)
        await self._work.commit(write)
