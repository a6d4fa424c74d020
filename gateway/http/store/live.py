"""``sync/live``: the changes of a project as they happen, over a WebSocket.

Frames from here are the answers of ``sync/pull``, each with the cursor at which its reader goes on after it; one
without changes is a heartbeat. What the reader sends means nothing. A fault is told in a frame of its own, the envelope
of all errors, before the connection is closed with 4000 and the status. Browsers, which can send no header, put the
token into the subprotocols, ``wristgate`` and ``bearer.TOKEN``.

A reader has no queue here, only a cursor: what it has not taken is read from the journal when it takes more. One that
does not take a frame in time is dropped with 1013; it knows its cursor by the last frame that it has.
"""

import asyncio
import logging
from contextlib import suppress
from typing import ClassVar, Final

import falcon
import falcon.asgi

from gateway.errors import BadRequest, GatewayError
from gateway.http.credentials import PROTOCOL
from gateway.http.errors import LONG_MESSAGE_BYTES, envelope, status_of
from gateway.http.media import dump
from gateway.http.news import News
from gateway.http.request import Request, Response
from gateway.http.store.feed import Feed
from gateway.http.store.sync import note_pulled
from gateway.http.work import Work
from gateway.model import Access, Scope
from gateway.service.sync import Sync

PAGE: Final = 100  # changes of one frame
PATIENCE: Final = 20.0  # seconds for which a frame waits for its reader to take the one before
_PRIVATE: Final = 4000
_FAILED: Final = 1011  # these two are of RFC 6455's registry
_TRY_AGAIN_LATER: Final = 1013

_log: Final = logging.getLogger("gateway.live")


class Live:
    """Tells readers of changes, and every ``heartbeat`` seconds that it is there."""

    scopes: ClassVar = {"GET": Scope.READ}

    def __init__(
        self, sync: Sync, feed: Feed, work: Work, news: News, heartbeat: float, patience: float = PATIENCE
    ) -> None:
        self._patience = patience
        self._sync = sync
        self._feed = feed
        self._work = work
        self._news = news
        self._heartbeat = heartbeat

    async def on_get(self, _req: Request, _resp: Response) -> None:
        """Say that this is a WebSocket."""
        raise BadRequest("this is a WebSocket: connect to it with ws:// or wss://")

    async def on_websocket(self, req: Request, ws: falcon.asgi.WebSocket) -> None:
        """Follow the journal until the reader goes, or has to; raises ``Busy`` before it is accepted."""
        with self._feed.waiting():
            await ws.accept(PROTOCOL if PROTOCOL in ws.subprotocols else None)
            following = asyncio.create_task(self._follow(req, ws))
            try:
                with suppress(falcon.WebSocketDisconnected):
                    while True:
                        await _take(ws)
            finally:
                following.cancel()
                with suppress(asyncio.CancelledError, falcon.WebSocketDisconnected):
                    await following

    async def _follow(self, req: Request, ws: falcon.asgi.WebSocket) -> None:
        try:
            await self._tell(req.context.access, req.get_param("cursor") or None, ws, req.scope["state"]["stopping"])
        except GatewayError as error:
            await ws.send_text(dump(envelope(error, LONG_MESSAGE_BYTES)).decode())
            await ws.close(_PRIVATE + status_of(error))
        except TimeoutError:
            _log.info("a reader was too slow and was dropped", extra={"request_id": req.exchange.id})
            await ws.close(_TRY_AGAIN_LATER, "too slow: go on from your cursor")
        except Exception:
            await ws.close(_FAILED)
            raise

    async def _tell(
        self, access: Access, cursor: str | None, ws: falcon.asgi.WebSocket, stopping: asyncio.Event
    ) -> None:
        """Send what there is, then what comes; raises ``TimeoutError`` for a reader that does not take it."""
        clock = asyncio.get_running_loop().time
        beat, noted = clock(), -1  # a new reader hears at once
        while not stopping.is_set():
            pulled = await self._feed.pull(access, cursor, PAGE)
            if pulled.changes or pulled.more or clock() >= beat:
                async with asyncio.timeout(self._patience):
                    await ws.send_text(self._feed.text(pulled))
                beat = clock() + self._heartbeat
            cursor, seq = pulled.cursor.encode(), pulled.cursor.seq
            if pulled.changes or pulled.more:
                continue
            if seq != noted:
                note_pulled(access, seq, self._sync, self._work)
                noted = seq
            await self._news.wait(access, seq, max(0.0, beat - clock()), stopping)


async def _take(ws: falcon.asgi.WebSocket) -> None:
    """Take a message and forget it; raises ``WebSocketDisconnected`` at the end."""
    try:
        await ws.receive_text()
    except falcon.PayloadTypeError:
        return
