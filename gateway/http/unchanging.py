"""Answers that stay the same as long as the gateway runs."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import falcon

from gateway.http.encodings import takes_gzip
from gateway.http.request import Request, Response
from gateway.http.work import Work

_LEVEL: Final = 9


@dataclass(frozen=True, slots=True)
class Packed:
    """A text, compressed, with what its ETag is made of."""

    data: bytes
    digest: str


class Unchanging:
    """A text that ``make`` gives: made for the first who asks, in a thread, and kept compressed."""

    def __init__(self, make: Callable[[], bytes], content_type: str, work: Work) -> None:
        self._make = make
        self._content_type = content_type
        self._work = work
        self._packed: Packed | None = None

    async def give(self, req: Request, resp: Response) -> None:
        """Make it the answer, or 304 where the client has it."""
        if self._packed is None:
            self._packed = await self._work.read(self._pack)
        packed = self._packed
        compressed = takes_gzip(req)
        resp.set_header("ETag", f'{"W/" if compressed else ""}"{packed.digest}"')
        resp.set_header("Cache-Control", "no-cache")
        resp.set_header("Vary", "Accept-Encoding")
        if f'"{packed.digest}"' in (req.get_header("If-None-Match") or ""):
            resp.status = falcon.HTTP_304
            return
        resp.content_type = self._content_type
        if compressed:
            resp.set_header("Content-Encoding", "gzip")
        resp.data = packed.data if compressed else gzip.decompress(packed.data)

    def _pack(self) -> Packed:
        text = self._make()
        return Packed(gzip.compress(text, _LEVEL, mtime=0), sha256(text).hexdigest()[:16])
