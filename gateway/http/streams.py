"""Reading bodies of any length piece by piece: bounded in time and in how many come at once, never whole in memory."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Final

from gateway.errors import BadRequest, TooLarge
from gateway.http.places import Places
from gateway.http.request import Request

PLACES: Final = 32  # bodies that come in at once; each takes some 300 KB
OWN_PLACES: Final = 12  # of one user
PIECE: Final = 65536
LOWEST_RATE: Final = 1024  # bytes a second, on the whole, below which nobody waits for the end of a body


class Streams:
    """Reads long bodies; those of slow senders make way when others wait for a place."""

    def __init__(self, timeout: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._timeout = timeout
        self._clock = clock
        self.places = Places(PLACES, timeout, OWN_PLACES)

    async def pieces(self, req: Request, most: int) -> AsyncIterator[bytes]:
        """Read a body of at most ``most`` bytes; its length need not be announced.

        Raises ``TooLarge``, ``BadRequest`` for one that ends early or does not go on, ``Busy`` for one that is slow
        while others wait.
        """
        length = _announced(req, most)
        started, got = self._clock(), 0
        source = aiter(req.stream)
        while True:
            try:
                async with asyncio.timeout(self._timeout):
                    piece = await anext(source, None)  # what has come, however little
            except TimeoutError:
                raise BadRequest(f"the body did not go on for {self._timeout:.0f} s") from None
            if piece is None:
                break
            for at in range(0, len(piece), PIECE):
                part = piece[at : at + PIECE]
                got += len(part)
                if got > most:
                    raise TooLarge(f"the body is longer than {most} bytes")
                yield part
            self._hurry(self._clock() - started, got)
        if req.exchange.cut or (length is not None and got < length):  # one without a length has no other sign
            raise BadRequest("the body ended before its end")

    def _hurry(self, elapsed: float, got: int) -> None:
        self.places.hurry(elapsed, got)
        if got < LOWEST_RATE * (elapsed - self._timeout):
            raise BadRequest("the body comes too slowly")


def _announced(req: Request, most: int) -> int | None:
    """Give the announced length of a body, if it is; raises what can be said before reading."""
    if req.get_header("Content-Encoding"):
        raise BadRequest("Content-Encoding: send the body as it is")
    if (req.get_header("Transfer-Encoding") or "chunked").strip().lower() != "chunked":
        raise BadRequest("Transfer-Encoding: takes chunked alone")
    text = req.get_header("Content-Length")
    if text is None:
        return None
    if not text.isascii() or not text.isdigit():
        raise BadRequest("Content-Length: must be a number")
    if len(text) > 15 or int(text) > most:  # noqa: PLR2004
        raise TooLarge(f"the body is longer than {most} bytes")
    return int(text)
