"""``track``: samples that a watch recorded itself, in batches."""

from collections.abc import Callable
from typing import Any, Final

from gateway.errors import BadRequest
from gateway.http.body import Bodies
from gateway.http.fields import needed, nonce, whole
from gateway.http.request import Request, Response
from gateway.http.watch.fields import answer_limit
from gateway.http.watch.upload import told
from gateway.http.work import Work
from gateway.service.batches import Batch
from gateway.service.devices import Caller
from gateway.service.tracks import Outcome, Tracks

_SPORTS: Final = 255  # FIT numbers them in a byte


class Track:
    """Take a batch."""

    def __init__(self, tracks: Tracks, work: Work, bodies: Bodies) -> None:
        self._tracks = tracks
        self._work = work
        self._bodies = bodies

    async def on_post(self, req: Request, resp: Response) -> None:
        """Keep it; the last one becomes a file, and the answer comes when that is on the disk."""
        answer_limit(req)
        async with self._bodies.json(req) as body:
            outcome = await self._work.write(self._take, req.context.caller, body)
        resp.media = told(outcome)

    def _take(self, caller: Caller, body: dict[str, Any]) -> Callable[[Any], Outcome]:
        return self._tracks.take(caller, _batch(body))


def _batch(body: dict[str, Any]) -> Batch:
    key, offset = needed(nonce(body, "up"), "up"), whole(body, "off")
    if offset is None:
        raise BadRequest("off: is missing")
    rows, columns, end = body.get("rows", []), body.get("cols"), body.get("end", False)
    if not isinstance(rows, list):
        raise BadRequest("rows: must be a list of lists")
    if columns is not None and not isinstance(columns, list):
        raise BadRequest("cols: must be a list of names")
    if not isinstance(end, bool):
        raise BadRequest("end: must be true or false")
    sports = whole(body, "sp", _SPORTS), whole(body, "ss", _SPORTS)
    return Batch(key, offset, rows, end, whole(body, "t"), *sports, columns)
