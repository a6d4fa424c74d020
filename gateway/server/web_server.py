"""One worker's server: accepts, looks after deadlines, and stops in order."""

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Callable, Generator

from uvicorn.config import Config
from uvicorn.server import Server

from gateway.server.roll import Roll

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP)
REQUESTS_SHARE = 0.7
"""Of the time until exit, for requests in flight; the rest is for the lifespan shutdown."""
LIFESPAN_SHARE = 0.95

log = logging.getLogger("gateway.server")


class WebServer(Server):
    """uvicorn's server, with an orderly end.

    - ``scope["state"]["stopping"]``, an ``asyncio.Event``, is set when shutdown begins, so that long-polls can answer
      at once (uvicorn waits for them without a word);
    - further signals change nothing (uvicorn: a second SIGINT skips the lifespan shutdown; afterwards it ends itself
      with the signal that it got);
    - the lifespan shutdown always runs, and all of it ends in time (uvicorn waits for the lifespan for ever, and does
      not wait for the requests that it cancels);
    - one sweep a second watches deadlines, ``heartbeat`` included, also while the app starts.
    """

    def __init__(self, config: Config, roll: Roll, heartbeat: Callable[[], None], orphaned: Callable[[], bool]) -> None:
        super().__init__(config)
        self.server_state: Roll = roll
        self.heartbeat = heartbeat
        self.orphaned = orphaned
        self.stopping = asyncio.Event()
        self.stop_by = 0.0

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Let each signal begin the shutdown, from here until the process is gone."""
        for number in STOP_SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, self.begin_stop)
        yield

    def begin_stop(self) -> None:
        """Begin the shutdown, once; should it hang, the kernel ends the process."""
        if self.stopping.is_set():
            return
        timeout = self.server_state.settings.shutdown_timeout
        self.stop_by = asyncio.get_running_loop().time() + timeout
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(timeout + 1)
        self.should_exit = True
        if self.started:
            self._turn_away()
        self.stopping.set()

    def _turn_away(self) -> None:
        """Stop accepting, close idle connections, and let every other end with its answer: before anyone is woken."""
        for server in self.servers:
            server.close()
        for connection in tuple(self.server_state.connections):
            connection.shutdown()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the app, then accept."""
        self.lifespan.state["stopping"] = self.stopping
        self.sweeper = asyncio.create_task(self._sweep_forever())
        await super().startup(sockets)
        if self.should_exit:  # asked to stop while the app started
            self._turn_away()

    async def main_loop(self) -> None:
        """Wait for the shutdown; uvicorn wakes up ten times a second."""
        stopping = asyncio.create_task(self.stopping.wait())
        await asyncio.wait({stopping, self.sweeper}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if self.sweeper.done():
            self.begin_stop()
            log.critical("the sweep over the connections failed", exc_info=self.sweeper.exception())

    async def _sweep_forever(self) -> None:
        settings = self.server_state.settings
        shortest = min(settings.head_timeout, settings.keep_alive, settings.write_timeout, settings.linger_timeout)
        loop = asyncio.get_running_loop()
        beat_at = 0.0
        while True:
            await self.on_tick(0)  # the Date field
            now = loop.time()
            if now >= beat_at:
                self.heartbeat()
                beat_at = now + settings.worker_timeout / 4
            if self.orphaned():
                self.begin_stop()
            self.server_state.sweep(now)
            await asyncio.sleep(min(1.0, shortest / 4))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let requests finish, cut the rest, shut the app down."""
        timeout = self.server_state.settings.shutdown_timeout
        for listener in sockets or []:
            listener.close()
        await self._quiet(self.stop_by - timeout * (1 - REQUESTS_SHARE))
        await self._cut()
        try:
            async with asyncio.timeout_at(self.stop_by - timeout * (1 - LIFESPAN_SHARE)):
                await self.lifespan.shutdown()
        except TimeoutError:
            log.error("the app did not shut down in time")  # noqa: TRY400  # there is nothing to trace
        self.sweeper.cancel()

    async def _quiet(self, until: float) -> None:
        """Wait until no request and no connection is left; uvicorn's sets do not tell when they become empty."""
        loop = asyncio.get_running_loop()
        while (self.server_state.connections or self.server_state.tasks) and loop.time() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.05)

    async def _cut(self) -> None:
        """End what is left of requests and connections."""
        tasks = set(self.server_state.tasks)
        if tasks:
            log.warning("cutting off %d requests that did not end in time", len(tasks))
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=0.5)
        for connection in tuple(self.server_state.connections):
            connection.transport.close()
