"""The connections of one worker: how many there may be, and who has to go."""

import asyncio
import logging
from collections import OrderedDict
from typing import Protocol

from uvicorn.server import ServerState

from gateway.server.settings import ServerSettings

log = logging.getLogger("gateway.server")

SPARE = 64
"""Connections over the limit that are open at once only to be told so."""


class Watched(Protocol):
    """A connection whose deadlines the sweep looks after."""

    transport: asyncio.Transport

    def check(self, now: float) -> None:
        """Act on a deadline that has passed at ``now`` (the loop's time)."""

    def refuse_as_busy(self) -> None:
        """Say that there is no room and close."""


class Roll(ServerState):
    """uvicorn's set of connections, with a limit and an order of idleness.

    ``idle`` holds the connections that wait for another request, the longest waiting first.
    """

    def __init__(self, settings: ServerSettings, limit: int) -> None:
        super().__init__()
        self.settings = settings
        self.limit = limit
        self.idle: OrderedDict[Watched, None] = OrderedDict()
        self.refused: set[Watched] = set()

    def admit(self, newcomer: Watched) -> None:
        """Make room for a connection that is already counted, or refuse it.

        uvicorn's own limit answers in plain text, only once the request is read, and never closes an idle connection.
        """
        if len(self.connections) - len(self.refused) <= self.limit:
            return
        if self.idle:
            longest, _ = self.idle.popitem(last=False)
            longest.transport.close()
        elif len(self.refused) < SPARE:
            self.refused.add(newcomer)
            newcomer.refuse_as_busy()
        else:
            newcomer.transport.abort()

    def forget(self, connection: Watched) -> None:
        """Take out a connection that is closed or has become a WebSocket."""
        self.idle.pop(connection, None)
        self.refused.discard(connection)

    def sweep(self, now: float) -> None:
        """Let every connection look at its deadlines: about 0.2 µs each."""
        for connection in tuple(self.connections):
            try:
                connection.check(now)  # type: ignore[union-attr]
            except Exception:  # the loop that all others depend on
                log.exception("a connection failed at its deadline")
                connection.transport.abort()


class Unsent:
    """Watches the bytes that a client does not take.

    uvicorn waits for ever: ``transport.close()`` lets a client that never reads keep connection and buffer.
    """

    __slots__ = ("limit", "size", "until")

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self.size = 0
        self.until = 0.0

    def stuck(self, transport: asyncio.Transport, now: float) -> bool | None:
        """Tell whether bytes wait unsent: None when none do, True when none has moved for ``limit`` seconds."""
        size = transport.get_write_buffer_size()
        if not size:
            self.size = 0
            return None
        if size != self.size:
            self.size, self.until = size, now + self.limit
        return now >= self.until
