"""``files/upload``: one body, many parts of a form, or the members of an archive; a result for each."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, ClassVar, Final

import falcon
from falcon.asgi.multipart import BodyPart
from falcon.asgi.reader import BufferedReader
from falcon.media import MultipartFormHandler

from gateway.errors import BadRequest, GatewayError
from gateway.http.errors import LONG_MESSAGE_BYTES, envelope, status_of
from gateway.http.fields import query_number
from gateway.http.request import Request, Response
from gateway.http.store import preconditions
from gateway.http.store.receiving import Receiving
from gateway.http.store.told import told_conflict, told_file
from gateway.http.streams import Streams
from gateway.model import Access, Scope, Stored
from gateway.service.intake import Wish

LATEST: Final = 1 << 41  # seconds; no file is of a later time
_PARTS: Final = 1000
_MIXED: Final = 207

Result = tuple[int, dict[str, Any]]


class Upload:
    """Take files."""

    scopes: ClassVar = {"POST": Scope.UPLOAD, "PUT": Scope.UPLOAD}
    query_key = True

    def __init__(self, receiving: Receiving, streams: Streams, most: int) -> None:
        self._receiving = receiving
        self._streams = streams
        self._most = most
        self._forms = MultipartFormHandler()
        self._forms.parse_options.max_body_part_count = _PARTS

    async def on_post(self, req: Request, resp: Response) -> None:
        """Take a body, or the files of a form; each is on the disk when its result says so."""
        wish = _wish(req)
        async with self._streams.places.hold(req.context.access.user):
            pieces = self._streams.pieces(req, self._most)
            if (req.content_type or "").lower().startswith("multipart/form-data"):
                answer_many(resp, await self._form(req, wish, pieces))
                return
            results = await self._receiving.take(req.context.access, pieces, wish)
        if isinstance(results, Stored):
            answer_one(resp, results)
        else:
            answer_many(resp, [_result(name, outcome) for name, outcome in results])

    on_put = on_post

    async def _form(self, req: Request, wish: Wish, pieces: AsyncIterator[bytes]) -> list[Result]:
        """Take the files of a form; a fault of one leaves the others, a fault of the form ends it."""
        results: list[Result] = []
        try:
            body, kind = BufferedReader(pieces), req.content_type or ""
            form = await self._forms.deserialize_async(body, kind, None)
            end = b"\r\n--" + falcon.parse_header(kind)[1].get("boundary", "").rstrip().encode()
            async for part in form:
                filename = _filename(part)
                if filename is None:
                    continue
                whole = _whole(part.stream, body, end)
                results += await self._part(req.context.access, filename, whole, wish, first=not results)
        except falcon.HTTPInvalidHeader:
            raise BadRequest("Content-Type: says no boundary between the form's parts") from None
        except falcon.HTTPError as error:
            results.append(_failed("", BadRequest(f"the form is damaged: {error.description}")))
        except GatewayError as error:
            if not results:
                raise
            results.append(_failed("", error))
        if not results:
            raise BadRequest("the form has no file: send it as a part with a file name")
        return results

    async def _part(
        self, access: Access, filename: str, pieces: AsyncIterator[bytes], wish: Wish, *, first: bool
    ) -> list[Result]:
        name = filename.replace("\\", "/").rpartition("/")[2]
        path = wish.path
        if path is not None and path.endswith("/"):
            path = path + name
        try:
            if path == wish.path is not None and not first:
                raise BadRequest("path: names one file; end it with / to take several")
            outcome = await self._receiving.take(access, pieces, replace(wish, path=path, name=name))
        except falcon.HTTPError:
            raise
        except GatewayError as error:
            return [_failed(name, error)]
        return [_result(name, outcome)] if isinstance(outcome, Stored) else [_result(*row) for row in outcome]


def _filename(part: BodyPart) -> str | None:
    """Give the name of a part; letters that no text can have become question marks."""
    try:
        name: str | None = part.filename
    except UnicodeDecodeError:
        raise BadRequest("the form is damaged: a name in it is not UTF-8") from None
    return None if name is None else name.encode("utf-8", "replace").decode()


async def _whole(part: BufferedReader, body: BufferedReader, end: bytes) -> AsyncIterator[bytes]:
    """Give a part piece by piece; raises ``BadRequest`` for one that the body breaks off in."""
    async for piece in part:
        yield piece
    if await body.peek(len(end)) != end:
        raise BadRequest("the form ends in the middle of a file")


def _wish(req: Request) -> Wish:
    path, base = req.get_param("path") or None, preconditions.base(req)
    fresh = preconditions.must_be_new(req)
    if path is None and (base.version is not None or fresh):
        raise BadRequest("path: is needed with If-Match and If-None-Match")
    if path is not None and path.endswith("/") and req.get_param("name"):
        path = path + (req.get_param("name") or "")
    return Wish(
        path, req.get_param("name") or None, base, fresh, preconditions.checksum(req),
        query_number(req, "mtime", 0, LATEST), preconditions.must_exist(req),
    )  # fmt: skip


def answer_one(resp: Response, stored: Stored) -> None:
    """Answer the upload of one file."""
    status, body = _result("", stored)
    del body["name"], body["status"]
    resp.status = str(status)
    resp.set_header("ETag", preconditions.tag(stored.file.version))
    resp.media = {"ok": True, **body}


def answer_many(resp: Response, results: list[Result]) -> None:
    """Answer with a result a file; the status is theirs where they agree, else 207."""
    statuses = {status for status, _ in results}
    failed = [status for status in statuses if status >= 400]  # noqa: PLR2004
    told = [body for _, body in results]
    if len(failed) == len(statuses):
        status, first = results[0]
        resp.status = str(status)
        resp.media = {key: first[key] for key in ("ok", "code", "error", "m", "wait") if key in first} | {
            "results": told
        }
        if "wait" in first:
            resp.set_header("Retry-After", str(first["wait"]))
        return
    resp.status = str(_MIXED if failed else 201 if 201 in statuses else 200)  # noqa: PLR2004
    resp.media = {"ok": not failed, "results": told}
    if failed:
        bad = sum(status in failed for status, _ in results)
        resp.media |= {"code": _MIXED, "error": "partial", "m": f"{bad} of {len(results)} files were not taken"}


def _result(name: str, outcome: Stored | GatewayError) -> Result:
    if isinstance(outcome, GatewayError):
        return _failed(name, outcome)
    status = 200 if outcome.duplicate else 201
    body: dict[str, Any] = {"name": name, "status": status, "file": told_file(outcome.file), "same": outcome.duplicate}
    if outcome.warning:
        body["warn"] = outcome.warning
    if outcome.conflict:
        body["conflict"] = told_conflict(outcome.conflict)
    return status, body


def _failed(name: str, error: GatewayError) -> Result:
    return status_of(error), {"name": name, "status": status_of(error), **envelope(error, LONG_MESSAGE_BYTES)}
