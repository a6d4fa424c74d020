"""Reading a request's body: bounded in bytes, in time, and in how many are in memory at once."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

import orjson

from gateway.errors import BadRequest, LengthRequired, TooLarge
from gateway.http.places import PATIENCE, Places
from gateway.http.request import Request

BODY_BYTES: Final = 150_000
SMALL: Final = 8192  # bytes of a body that need no place; who has shown no token may send no more
PLACES: Final = 16  # bodies beyond SMALL that may be in memory at once, from their first byte to their answer


class Bodies:
    """Reads bodies; those of slow senders make way for others."""

    def __init__(self, timeout: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._timeout = timeout
        self._clock = clock
        self._places = Places(PLACES, timeout)

    @asynccontextmanager
    async def json(self, req: Request, most: int = BODY_BYTES) -> AsyncIterator[dict[str, Any]]:
        """Read a JSON object of at most ``most`` bytes and keep its place until the context ends.

        Raises ``LengthRequired``, ``TooLarge`` (before reading), ``BadRequest``, ``Busy``.
        """
        async with self.raw(req, most) as data:
            try:
                value = orjson.loads(data)
            except orjson.JSONDecodeError as error:
                raise BadRequest(f"the body is not JSON: {error}") from None
            data.clear()
            if not isinstance(value, dict):
                raise BadRequest("the body must be a JSON object")
            yield value

    @asynccontextmanager
    async def raw(self, req: Request, most: int) -> AsyncIterator[bytearray]:
        """Read a body of at most ``most`` bytes and keep its place in memory until the context ends."""
        length = announced(req, most)
        async with AsyncExitStack() as held:
            async with self._deadline():
                data = bytearray(await req.stream.read(min(length, SMALL)))
            if SMALL <= len(data) < length:
                await held.enter_async_context(self._places.hold())
                async with self._deadline():
                    await self._rest(req, data, length)
            if len(data) < length:
                raise BadRequest("the body is shorter than Content-Length")
            yield data

    @asynccontextmanager
    async def _deadline(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._timeout):
                yield
        except TimeoutError:
            raise BadRequest(f"the body did not arrive within {self._timeout:.0f} s") from None

    async def _rest(self, req: Request, data: bytearray, length: int) -> None:
        """Read on to ``length``; a sender that is too slow is turned away while others wait for a place."""
        started, before = self._clock(), len(data)
        while len(data) < length:
            piece = asyncio.ensure_future(req.stream.read(min(65536, length - len(data))))
            try:
                while not (await asyncio.wait({piece}, timeout=PATIENCE))[0]:
                    self._places.hurry(self._clock() - started, len(data) - before)
            finally:
                piece.cancel()
            if not piece.result():
                return
            data += piece.result()
            self._places.hurry(self._clock() - started, len(data) - before)


def announced(req: Request, most: int) -> int:
    """Give the announced length of a body; raises what can be said before reading."""
    if req.get_header("Content-Encoding"):
        raise BadRequest("Content-Encoding: send the body as it is")
    text = req.get_header("Content-Length")
    if text is None:
        raise LengthRequired("send a Content-Length")
    if not text.isascii() or not text.isdigit():
        raise BadRequest("Content-Length: must be a number")
    if len(text) > 12 or int(text) > most:  # noqa: PLR2004
        raise TooLarge(f"the body is longer than {most} bytes")
    return int(text)
