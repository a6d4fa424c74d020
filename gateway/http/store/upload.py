"""``files/upload``: one body, many parts of a form, or the members of an archive; a result for each."""

import re
from typing import Any, ClassVar, Final

import orjson

from gateway.errors import BadRequest, GatewayError
from gateway.http.arrivals import Arrivals
from gateway.http.errors import LONG_MESSAGE_BYTES, envelope, status_of
from gateway.http.fields import query_number, query_text
from gateway.http.request import Request, Response
from gateway.http.store import preconditions
from gateway.http.store.told import told_conflict, told_file
from gateway.model import Said, Scope, Stored
from gateway.service.intake import Wish
from gateway.service.saying import said_of

LATEST: Final = 1 << 41  # seconds; no file is of a later time
_MIXED: Final = 207
_SCHEME: Final = re.compile(r"[A-Za-z0-9._+-]{1,40}", re.ASCII)

Result = tuple[int, dict[str, Any]]


class Upload:
    """Take files."""

    scopes: ClassVar = {"POST": Scope.UPLOAD, "PUT": Scope.UPLOAD}
    query_key = True

    def __init__(self, arrivals: Arrivals) -> None:
        self._arrivals = arrivals

    async def on_post(self, req: Request, resp: Response) -> None:
        """Take a body, or the files of a form; each is on the disk when its result says so."""
        taken = await self._arrivals.take(req, _wish(req))
        if isinstance(taken, Stored):
            answer_one(resp, taken)
        else:
            answer_many(resp, [_result(name, outcome) for name, outcome in taken])

    on_put = on_post


def _wish(req: Request) -> Wish:
    path, name, base = query_text(req, "path"), query_text(req, "name"), preconditions.base(req)
    fresh = preconditions.must_be_new(req)
    if path is None and (base.version is not None or fresh):
        raise BadRequest("path: is needed with If-Match and If-None-Match")
    if path is not None and path.endswith("/") and name:
        path = path + name
    encrypted = _scheme(req)
    return Wish(
        path, name, base, fresh, preconditions.checksum(req),
        query_number(req, "mtime", 0, LATEST), preconditions.must_exist(req), encrypted=encrypted,
        said=_said(req, encrypted),
    )  # fmt: skip


def _scheme(req: Request) -> str | None:
    """Give how the sender has encrypted the body."""
    scheme = req.get_header("X-Sync-Encrypted")
    if scheme is not None and not _SCHEME.fullmatch(scheme):
        raise BadRequest("X-Sync-Encrypted: names the way of encrypting, like age, in 1 to 40 letters, digits, . + - _")
    return scheme


def _said(req: Request, encrypted: str | None) -> Said | None:
    text = req.get_header("X-Sync-Summary")
    if text is None:
        return None
    if encrypted is None:
        raise BadRequest("X-Sync-Summary: goes with X-Sync-Encrypted only, other files are read here")
    try:
        return said_of(orjson.loads(text.encode("latin-1")))  # as header fields are read here; JSON is UTF-8
    except orjson.JSONDecodeError:
        raise BadRequest("X-Sync-Summary: must be a JSON object") from None


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
