"""What a request brings: one body, many parts of a form, or the members of an archive; an outcome for each."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final

import falcon
from falcon.asgi.multipart import BodyPart
from falcon.asgi.reader import BufferedReader
from falcon.media import MultipartFormHandler

from gateway.errors import BadRequest, GatewayError
from gateway.http.request import Request
from gateway.http.store.receiving import Receiving
from gateway.http.streams import Streams
from gateway.model import Access, Stored
from gateway.service.intake import Named, Wish

_FILE_FIELD: Final = "file"
_PARTS: Final = 1000


class Arrivals:
    """Takes the files of a request; ``most`` is the longest body in bytes."""

    def __init__(self, receiving: Receiving, streams: Streams, most: int) -> None:
        self._receiving = receiving
        self._streams = streams
        self._most = most
        self._forms = MultipartFormHandler()
        self._forms.parse_options.max_body_part_count = _PARTS

    async def take(self, req: Request, wish: Wish) -> Stored | list[Named]:
        """Take a body, or the files of a form or an archive; each is on the disk when its outcome says so.

        Raises what a body was refused for, and ``BadRequest`` for a form without files.
        """
        async with self._streams.places.hold(req.context.access.user):
            pieces = self._streams.pieces(req, self._most)
            if is_form(req):
                taken: Stored | list[Named] = await self._form(req, wish, pieces)
            else:
                taken = await self._receiving.take(req.context.access, pieces, wish)
        outcomes = [taken] if isinstance(taken, Stored) else [outcome for _, outcome in taken]
        req.exchange.uploads = sum(isinstance(outcome, Stored) and not outcome.duplicate for outcome in outcomes)
        return taken

    async def _form(self, req: Request, wish: Wish, pieces: AsyncIterator[bytes]) -> list[Named]:
        """Take the files of a form; a fault of one leaves the others, a fault of the form ends it."""
        taken: list[Named] = []
        try:
            body, kind = BufferedReader(pieces), req.content_type or ""
            form = await self._forms.deserialize_async(body, kind, None)
            end = b"\r\n--" + falcon.parse_header(kind)[1].get("boundary", "").rstrip().encode()
            async for part in form:
                filename = _filename(part)
                if filename is None:
                    continue
                whole = _whole(part.stream, body, end)
                taken += await self._part(req.context.access, filename, whole, wish, first=not taken)
        except falcon.HTTPInvalidHeader:
            raise BadRequest("Content-Type: says no boundary between the form's parts") from None
        except falcon.HTTPError as error:
            taken.append(("", BadRequest(f"the form is damaged: {error.description}")))
        except GatewayError as error:
            if not taken:
                raise
            taken.append(("", error))
        if not taken:
            raise BadRequest("the form has no file: send it as a part with a file name")
        return taken

    async def _part(
        self, access: Access, filename: str, pieces: AsyncIterator[bytes], wish: Wish, *, first: bool
    ) -> list[Named]:
        name = filename.replace("\\", "/").rpartition("/")[2]
        path = wish.path
        if path is not None and path.endswith("/"):
            path = path + name
        try:
            if path == wish.path is not None and not first:
                raise BadRequest("path: names one file; end it with / to take several")
            wished = replace(wish, path=path, name=name or wish.name)
            outcome = await self._receiving.take(access, pieces, wished)
        except falcon.HTTPError:
            raise
        except GatewayError as error:
            return [(name, error)]
        return [(name, outcome)] if isinstance(outcome, Stored) else outcome


def is_form(req: Request) -> bool:
    """Say whether a request brings a form that may have files."""
    return (req.content_type or "").lower().startswith("multipart/form-data")


def _filename(part: BodyPart) -> str | None:
    """Give the name of a part that is a file, "" where it says none; letters that no text can have become ``?``."""
    try:
        name: str | None = part.filename
        if name is None:
            return "" if part.name == _FILE_FIELD else None
    except UnicodeDecodeError:
        raise BadRequest("the form is damaged: a name in it is not UTF-8") from None
    return name.encode("utf-8", "replace").decode()


async def _whole(part: BufferedReader, body: BufferedReader, end: bytes) -> AsyncIterator[bytes]:
    """Give a part piece by piece; raises ``BadRequest`` for one that the body breaks off in."""
    async for piece in part:
        yield piece
    if await body.peek(len(end)) != end:
        raise BadRequest("the form ends in the middle of a file")
