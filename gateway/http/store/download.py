"""``files/download``: a version's bytes, whole, in part, or not at all where the reader has them.

RFC 9110, sections 13 and 14.
"""

from dataclasses import dataclass
from typing import BinaryIO, ClassVar, Final

import falcon

from gateway.errors import RangeNotSatisfiable
from gateway.http.encodings import takes_gzip
from gateway.http.fields import LARGEST, query_number, query_text
from gateway.http.request import Request, Response
from gateway.http.store import preconditions
from gateway.http.store.sending import attach, compressed, pour
from gateway.http.work import Work
from gateway.model import Scope
from gateway.service.files import Files, Opened

_COMPRESSED: Final = frozenset({"gpx", "tcx", "json"})
_WORTH: Final = range(1024, 1024 * 1024)  # bytes of a text that is compressed on the way


@dataclass(frozen=True, slots=True)
class Download:
    """Give the bytes of a file."""

    scopes: ClassVar = {"GET": Scope.READ}

    files: Files
    work: Work

    async def on_get(self, req: Request, resp: Response) -> None:
        """Find the version and give what is asked of it."""
        number = query_number(req, "version", 1, LARGEST)
        file, path = req.get_param("id") or None, query_text(req, "path")
        opened = await self.work.read(self.files.open, req.context.access, file, path, number)
        try:
            source = await self._answer(req, resp, opened)
        except BaseException:
            opened.close()
            raise
        if source is None:
            opened.close()

    async def _answer(self, req: Request, resp: Response, opened: Opened) -> BinaryIO | None:
        """Set the answer; gives the open file that the answer goes on to be read from."""
        version, size = opened.version.number, opened.version.facts.size
        preconditions.expect(req, version)
        known = preconditions.is_known(req, version)
        asked = None if known else _range(req, version, size)
        resp.set_header("ETag", preconditions.tag(version))
        resp.set_header("X-Content-SHA256", opened.version.facts.sha256.hex())
        attach(resp, opened.file.name, opened.version.facts.type)
        if _pays(opened):
            resp.set_header("Vary", "Accept-Encoding")
        if known:
            resp.status = falcon.HTTP_304
            return None
        begin, end = asked or (0, size)
        if asked:
            resp.status = falcon.HTTP_206
            resp.set_header("Content-Range", f"bytes {begin}-{end - 1}/{size}")
        if opened.source is None:
            await self._small(req, resp, opened, begin, end)
            return None
        pour(req, resp, opened.source, begin, end, self.work)
        return opened.source

    async def _small(self, req: Request, resp: Response, opened: Opened, begin: int, end: int) -> None:
        data = (opened.data or b"")[begin:end]
        if _pays(opened) and resp.status_code == 200 and takes_gzip(req):  # noqa: PLR2004
            data = await compressed(resp, data, self.work)
            resp.set_header("ETag", preconditions.tag(opened.version.number, weak=True))
        resp.data = data


def _pays(opened: Opened) -> bool:
    """Say whether a version is a text that is worth compressing on the way."""
    facts = opened.version.facts
    return opened.source is None and facts.type in _COMPRESSED and facts.size in _WORTH


def _range(req: Request, version: int, size: int) -> tuple[int, int] | None:
    """Give what part is asked for, from and to before; raises ``RangeNotSatisfiable``.

    Several ranges, other units and what cannot be understood are no ranges: the whole answers them, as it may.
    """
    condition = req.get_header("If-Range")
    try:
        asked = req.range if req.range_unit == "bytes" else None
    except falcon.HTTPInvalidHeader:
        asked = None
    if asked is None or (condition is not None and condition.strip() != preconditions.tag(version)):
        return None
    first, last = asked
    if first < 0:
        begin, end = max(0, size + first), size
    else:
        begin, end = first, size if last == -1 else min(last + 1, size)
    if begin >= size:
        raise RangeNotSatisfiable(size)
    return begin, end
