"""Waiting until something happens in a project: many may wait, a commit wakes those whom it concerns.

This process says itself where it has written; of others (commands, the agent) a number in the database tells that one
has written, and then the heads of the journals that somebody waits for.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final

from gateway.errors import Busy
from gateway.model import Access

LOOK_EVERY: Final = 0.25  # seconds between two looks for what other processes have written


class News:
    """Wakes who waits. ``head`` gives the last entry of a project, ``state`` changes with every commit."""

    def __init__(self, head: Callable[[str], int], state: Callable[[], int]) -> None:
        self._head = head
        self._state = state
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: dict[str, set[asyncio.Future[None]]] = {}
        self._looking: asyncio.Task[None] | None = None

    def announce(self, projects: set[str]) -> None:
        """Say, from any thread, where something was written."""
        if self._loop is not None and self._waiting:
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._wake, projects)

    async def wait(self, access: Access, seen: int, seconds: float, stopping: asyncio.Event) -> None:
        """Wait until a caller's project has an entry behind ``seen``, or its home has any new one.

        Ends also when the time is over or the gateway stops. That a credential has ended stands in the caller's home.
        """
        self._loop = asyncio.get_running_loop()
        waiter: asyncio.Future[None] = self._loop.create_future()
        projects = {access.project, access.home}
        for project in projects:
            self._waiting.setdefault(project, set()).add(waiter)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(stopping))
        try:
            if self._head(access.project) > seen or stopping.is_set():  # it may have happened a moment ago
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await waiter
        finally:
            for project in projects:
                self._forget(project, waiter)

    def _forget(self, project: str, waiter: asyncio.Future[None]) -> None:
        there = self._waiting.get(project, set())
        there.discard(waiter)
        if not there:
            self._waiting.pop(project, None)

    def _wake(self, projects: Iterable[str]) -> None:
        for project in projects:
            for waiter in self._waiting.get(project, ()):
                if not waiter.done():
                    waiter.set_result(None)

    async def _look(self, stopping: asyncio.Event) -> None:
        """Look for what others have written, as long as anybody waits."""
        state, heads = 0, dict[str, int]()
        while self._waiting:
            if stopping.is_set():
                self._wake(tuple(self._waiting))
                return
            with suppress(Busy):  # the disk fails; the next look may go well
                now = self._state()
                if now != state:
                    found = {project: self._head(project) for project in self._waiting}
                    self._wake([project for project, head in found.items() if state and heads.get(project) != head])
                    state, heads = now, found
            await asyncio.sleep(LOOK_EVERY)
