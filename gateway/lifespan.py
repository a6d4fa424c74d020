"""What the web process does when it starts, in between, and when it ends."""

import asyncio
import ctypes
import gc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final

from gateway.service.traffic import Traffic, write_down
from gateway.store import Store

TRIM_EVERY: Final = 5.0  # seconds
COUNT_EVERY: Final = 10.0  # seconds between two writings down of who used how much: what a crash loses at most

# Collections cost a quarter of an upload by default, and find nothing: no request leaves a cycle behind.
COLLECT: Final = (50_000, 50, 100)
_ARENAS: Final = -8  # M_ARENA_MAX of <malloc.h>


class Lifespan:
    """Opens the gateway when its process starts and closes it when that ends.

    ``stop`` ends what may take long, ``pools`` are all threads but the writer.
    """

    def __init__(
        self,
        open_gateway: Callable[[], object],
        store: Store,
        traffic: Traffic,
        stop: Callable[[], None],
        *pools: ThreadPoolExecutor,
    ) -> None:
        self._open = open_gateway
        self._store = store
        self._traffic = traffic
        self._stop = stop
        self._pools = pools
        self._tasks: list[asyncio.Task[None]] = []

    async def process_startup(self, _scope: dict[str, Any], _event: dict[str, Any]) -> None:
        """Open; nothing was open before the fork."""
        await asyncio.to_thread(self._open)
        self._tasks = [asyncio.create_task(give_memory_back())]
        self._ended = asyncio.Event()
        self._counting = asyncio.create_task(keep_counts(self._traffic, self._store, self._ended))

    async def process_shutdown(self, _scope: dict[str, Any], _event: dict[str, Any]) -> None:
        """Finish what waits and move the log into the database."""
        self._stop()
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        self._ended.set()
        await self._counting
        for pool in self._pools:
            await asyncio.to_thread(pool.shutdown)
        await asyncio.to_thread(self._store.close)


def freeze() -> None:
    """Take what there is out of garbage collection, before the fork: looking at it would copy every shared page.

    And give all threads of a process two heaps together: glibc would give each its own, full of holes of its own.
    """
    limit = getattr(ctypes.CDLL(None), "mallopt", None)  # glibc only
    if limit is not None:
        limit(_ARENAS, 2)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT)


async def keep_counts(traffic: Traffic, store: Store, ended: asyncio.Event) -> None:
    """Write down who used how much, now and then and at the end; what fails is written the next time."""
    while not ended.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), COUNT_EVERY)
        if taken := traffic.take():
            try:
                await asyncio.wrap_future(store.write(write_down(taken)))
            except Exception:  # noqa: BLE001  the outermost loop of this task; why writing fails is said elsewhere
                traffic.put_back(taken)


async def give_memory_back() -> None:
    """Return freed pages to the system: after a burst of uploads glibc would keep some 30 MB of holes for ever."""
    while True:
        await asyncio.sleep(TRIM_EVERY)
        await asyncio.to_thread(trim)


def trim() -> None:
    """Return freed pages to the system now."""
    function = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc only
    if function is not None:
        function(0)
