"""Answering with bytes: those of users as attachments, long ones piece by piece, texts compressed.

What users have uploaded is never shown by a browser as a page of ours: it is an attachment, in a sandbox, of the type
that its ending says or none (RFC 6266).
"""

import gzip
from typing import BinaryIO, Final
from urllib.parse import quote

from gateway.http.request import Request, Response
from gateway.http.work import Work

PIECE: Final = 256 * 1024
_LEVEL: Final = 6
_TYPES: Final = {
    "fit": "application/vnd.ant.fit", "gpx": "application/gpx+xml", "tcx": "application/vnd.garmin.tcx+xml",
    "json": "application/json", "geojson": "application/geo+json", "csv": "text/csv; charset=utf-8",
}  # fmt: skip


def pour(req: Request, resp: Response, source: BinaryIO, begin: int, end: int, work: Work) -> None:
    """Answer with an open file from ``begin`` to ``end``, and close it then; a HEAD with its length alone."""
    resp.content_length = end - begin
    until = begin if req.exchange.method == "HEAD" else end  # without a stream the framework would say length 0
    resp.stream = Reading(source, begin, until, work)  # type: ignore[assignment]


async def compressed(resp: Response, data: bytes, work: Work) -> bytes:
    """Give bytes as gzip, and say so in the answer."""
    resp.set_header("Content-Encoding", "gzip")
    return await work.read(gzip.compress, data, _LEVEL, mtime=0)


class Reading:
    """An open file from ``begin`` to ``end``, read by other threads as the client takes it."""

    def __init__(self, source: BinaryIO, begin: int, end: int, work: Work) -> None:
        self._source = source
        self._left = end - begin
        self._work = work
        source.seek(begin)

    async def read(self, _size: int) -> bytes:
        """Give the next piece, nothing at the end."""
        piece = await self._work.read(self._source.read, min(PIECE, self._left)) if self._left else b""
        self._left -= len(piece)
        return piece

    async def close(self) -> None:
        """Let go of the file."""
        self._source.close()


def attach(resp: Response, name: str, kind: str | None) -> None:
    """Say that bytes are somebody's file, to be kept and not to be shown."""
    plain = "".join(char if " " <= char <= "~" and char not in '"\\%' else "_" for char in name)
    resp.content_type = _TYPES.get(kind or "", "application/octet-stream")
    resp.set_header("Content-Disposition", f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}")
    resp.set_header("Content-Security-Policy", "sandbox; default-src 'none'")
    resp.set_header("Accept-Ranges", "bytes")
    resp.set_header("Cache-Control", "private, no-cache")
