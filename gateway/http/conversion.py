"""Having files converted for requests that wait: one at a time, and once for all that want the same."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from gateway.errors import Busy
from gateway.http.work import Work
from gateway.model import Conversion, PairedDevice
from gateway.service.conversions import Conversions
from gateway.service.offers import Offer

WAITING: Final = 16  # conversions that run or wait their turn
OF_ONE: Final = 2  # of these for one device
LIST_PATIENCE: Final = 5.0  # seconds for which a list waits for what it could offer
ROUNDS: Final = 3  # times that a file may change while it is converted for a request

T = TypeVar("T")


@dataclass(eq=False, slots=True)
class Job:
    """A conversion that runs or waits its turn; ``asked`` requests wait for it, ``kept``: it is made without any."""

    device: str
    future: "Future[Any]"
    task: "asyncio.Task[None]"
    asked: int = 0
    kept: bool = False


class Converting:
    """Has conversions made in ``thread``, an executor with one thread."""

    def __init__(self, conversions: Conversions, work: Work, thread: Executor) -> None:
        self._conversions = conversions
        self._work = work
        self._thread = thread
        self._jobs: dict[Conversion, Job] = {}

    async def ready(self, device: PairedDevice, look: Callable[[], Awaitable[tuple[Offer, T]]]) -> tuple[Offer, T]:
        """Look for an offer until it is ready, having made what it needs; raises ``Busy`` when it changes all the time.

        That it is in use is noted.
        """
        offer, found = await look()
        for _ in range(ROUNDS):
            if offer.conversion is None or offer.ready:
                break
            await self._made(device, offer.conversion)
            offer, found = await look()
        if not offer.ready:
            raise Busy("the file keeps changing, try again soon")
        if offer.conversion is not None and offer.news:
            self._work.note(self._conversions.touch(offer.conversion))
        return offer, found

    async def prepare(self, device: PairedDevice, conversions: Iterable[Conversion]) -> None:
        """Wait a while for some conversions; what takes longer goes on by itself, what fails offers nothing."""
        left = list(conversions)
        with suppress(TimeoutError):
            async with asyncio.timeout(LIST_PATIENCE):
                while begun := self.begin(device, left):
                    await asyncio.wait(begun)
                    left = left[len(begun) :]

    def begin(self, device: PairedDevice, conversions: Iterable[Conversion]) -> list["asyncio.Task[None]"]:
        """Have the first of some conversions made, as far as there is room; nobody needs to wait for them."""
        tasks = []
        for conversion in conversions:
            try:
                job = self._job(device, conversion)
            except Busy:
                break
            job.kept = True
            tasks.append(job.task)
        return tasks

    async def _made(self, device: PairedDevice, conversion: Conversion) -> None:
        """Wait for a conversion; one for which nobody waits any more leaves the queue."""
        job = self._job(device, conversion)
        job.asked += 1
        try:
            await asyncio.shield(job.task)
        finally:
            job.asked -= 1
            if not job.asked and not job.kept and job.future.cancel():  # False: it runs, or is done
                self._forget(conversion, job)

    def _job(self, device: PairedDevice, conversion: Conversion) -> Job:
        """Find or begin a conversion; raises ``Busy``."""
        job = self._jobs.get(conversion)
        if job is None:
            if sum(other.device == device.id for other in self._jobs.values()) >= OF_ONE:
                raise Busy("files are being converted for this device, try again soon", wait=10)
            if len(self._jobs) >= WAITING:
                raise Busy("many files are being converted, try again soon", wait=10)
            future = self._thread.submit(self._conversions.make, conversion)
            job = Job(device.id, future, asyncio.create_task(self._make(future)))
            self._jobs[conversion] = job
            job.task.add_done_callback(lambda _task: self._ended(conversion, job))
        return job

    def _ended(self, conversion: Conversion, job: Job) -> None:
        self._forget(conversion, job)
        if not job.task.cancelled():
            job.task.exception()  # whoever waits has it; where nobody does, the next request tries again

    def _forget(self, conversion: Conversion, job: Job) -> None:
        if self._jobs.get(conversion) is job:
            del self._jobs[conversion]

    async def _make(self, future: "Future[Any]") -> None:
        await self._work.commit(await asyncio.wrap_future(future))
