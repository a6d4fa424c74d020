"""What the web process does when it starts, every now and then, and when it ends."""

import asyncio
import ctypes
import gc
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final

from gateway.service.housekeeping import Housekeeping
from gateway.store import Store

HOUSEKEEPING_EVERY: Final = 3600.0  # seconds
TRIM_EVERY: Final = 5.0

# Collections cost a quarter of an upload by default, and find nothing: no request leaves a cycle behind.
COLLECT: Final = (50_000, 50, 100)

_log: Final = logging.getLogger("gateway.lifespan")


class Lifespan:
    """Opens the gateway when its process starts and closes it when that ends.

    ``stop`` ends what may take long; ``chores`` is the thread for housekeeping, ``pools`` are all others.
    """

    def __init__(
        self,
        open_gateway: Callable[[], object],
        store: Store,
        house: Housekeeping,
        stop: Callable[[], None],
        chores: ThreadPoolExecutor,
        *pools: ThreadPoolExecutor,
    ) -> None:
        self._open = open_gateway
        self._store = store
        self._house = house
        self._stop = stop
        self._chores = chores
        self._pools = (chores, *pools)
        self._tasks: list[asyncio.Task[None]] = []

    async def process_startup(self, _scope: dict[str, Any], _event: dict[str, Any]) -> None:
        """Open; nothing was open before the fork."""
        await asyncio.to_thread(self._open)
        self._tasks = [asyncio.create_task(self._keep_house()), asyncio.create_task(give_memory_back())]

    async def process_shutdown(self, _scope: dict[str, Any], _event: dict[str, Any]) -> None:
        """Finish what waits and move the log into the database."""
        self._stop()
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        for pool in self._pools:
            await asyncio.to_thread(pool.shutdown)
        await asyncio.to_thread(self._store.close)

    async def _keep_house(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            chores = self._house.chores()
            while True:
                try:
                    chore = await loop.run_in_executor(self._chores, next, chores, None)
                    if chore is None:
                        break
                    await asyncio.wrap_future(self._store.write(await loop.run_in_executor(self._chores, chore)))
                except Exception as error:  # noqa: BLE001  the outermost loop of this task
                    _log.warning("housekeeping: %s", error)
            await asyncio.sleep(HOUSEKEEPING_EVERY)


def freeze() -> None:
    """Take what there is out of garbage collection, before the fork: looking at it would copy every shared page."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT)


async def give_memory_back() -> None:
    """Return freed pages to the system: after a burst of uploads glibc would keep some 30 MB of holes for ever."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc only
    while trim is not None:
        await asyncio.sleep(TRIM_EVERY)
        await asyncio.to_thread(trim, 0)
