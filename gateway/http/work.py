"""How responders, which live in the event loop, have work done that would hold it up."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from typing import Any, Final, ParamSpec, TypeVar

from gateway.errors import Busy

WAITING: Final = 16

P = ParamSpec("P")
T = TypeVar("T")

Submit = Callable[[Any], "Future[Any]"]


class Work:
    """Runs services: reads and checks in ``threads``, password hashes in ``passwords``, writes through ``submit``.

    ``slow`` has one thread for what waits for another process.
    """

    def __init__(self, threads: Executor, passwords: Executor, slow: Executor, submit: Submit) -> None:
        self._threads = threads
        self._passwords = passwords
        self._slow = slow
        self._submit = submit
        self._hashing = 0
        self._waiting = 0

    async def read(self, service: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a service method that answers at once."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, partial(service, *args, **kwargs))

    async def long(self, service: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a service method that takes seconds, one at a time; raises ``Busy`` when ``WAITING`` wait already."""
        if self._waiting > WAITING:
            raise Busy
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._slow, partial(service, *args, **kwargs))
        finally:
            self._waiting -= 1

    async def write(self, service: Callable[P, Callable[[Any], T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a service method that prepares a write, and wait until the write is on the disk."""
        return await self.commit(await self.read(service, *args, **kwargs))

    async def commit(self, write: Callable[[Any], T]) -> T:
        """Wait until a prepared write is on the disk."""
        result: T = await asyncio.wrap_future(self._submit(write))
        return result

    def note(self, write: Callable[[Any], object]) -> None:
        """Have something written that nobody waits for."""
        self._submit(write)

    async def hash(self, service: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a service method that makes or checks a password hash: one at a time, apart from other work.

        One is made and ``WAITING`` wait, each would need 19 MiB; further ones get ``Busy``.
        """
        if self._hashing > WAITING:
            raise Busy
        self._hashing += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._passwords, partial(service, *args, **kwargs))
        finally:
            self._hashing -= 1
