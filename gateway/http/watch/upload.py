"""``upload``: files from a watch, whole or in parts."""

from collections.abc import Callable
from typing import Any

import orjson

from gateway.errors import BadRequest, GatewayError
from gateway.http.body import Bodies
from gateway.http.errors import MESSAGE_BYTES, shorten
from gateway.http.fields import needed, nonce, text, whole
from gateway.http.request import Request, Response
from gateway.http.watch.fields import answer_limit, base64
from gateway.http.work import Work
from gateway.service.devices import Caller
from gateway.service.uploads import Outcome, Part, Progress, Receipt, Uploads


class Upload:
    """Take a file."""

    def __init__(self, uploads: Uploads, work: Work, bodies: Bodies) -> None:
        self._uploads = uploads
        self._work = work
        self._bodies = bodies

    async def on_post(self, req: Request, resp: Response) -> None:
        """Check and store it; the answer comes when it is on the disk."""
        answer_limit(req)
        async with self._bodies.json(req) as body:
            outcome = await self._work.write(self._take, req.context.caller, body)
        if isinstance(outcome, GatewayError):
            raise outcome
        req.exchange.uploads = int(isinstance(outcome, Receipt) and not outcome.duplicate)
        resp.media = told(outcome)

    def _take(self, caller: Caller, body: dict[str, Any]) -> Callable[[Any], Outcome]:
        if "up" in body:
            return self._uploads.part(caller, _part(body))
        name = needed(text(body, "name"), "name")
        return self._uploads.whole(caller, name, _content(body), nonce(body, "n"))


def _part(body: dict[str, Any]) -> Part:
    key = nonce(body, "up")
    data = text(body, "file", longest=150_000)
    offset = whole(body, "off")
    if key is None or data is None or offset is None:
        missing = "up" if key is None else "file" if data is None else "off"
        raise BadRequest(f"{missing}: is missing")
    return Part(key, offset, base64(data, "file"), text(body, "name"), whole(body, "size"))


def _content(body: dict[str, Any]) -> bytes:
    data = text(body, "file", longest=150_000)
    if data is not None:
        return base64(data, "file")
    document = body.get("json")
    if not isinstance(document, dict | list):
        raise BadRequest("file: is missing (base64), or json: an object")
    try:
        return orjson.dumps(document)
    except orjson.JSONEncodeError:
        raise BadRequest("json: is nested too deep") from None


def told(outcome: Outcome) -> dict[str, Any]:
    """Describe how far an upload is, or what became of it."""
    if isinstance(outcome, Progress):
        return {"ok": True, "up": outcome.nonce, "have": outcome.have}
    assert not isinstance(outcome, GatewayError)
    answer: dict[str, Any] = {
        "ok": True, "id": outcome.id, "y": outcome.type, "s": outcome.size, "v": outcome.version,
        "dup": outcome.duplicate,
    }  # fmt: skip
    if outcome.warning:
        answer["warn"] = shorten(outcome.warning, MESSAGE_BYTES)
    return answer
