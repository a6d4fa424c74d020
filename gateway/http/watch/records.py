"""``records``: small facts from a watch."""

from collections.abc import Callable
from typing import Any, Final

from gateway.errors import BadRequest
from gateway.http.body import Bodies
from gateway.http.errors import MESSAGE_BYTES, shorten
from gateway.http.fields import nonce
from gateway.http.media import dump
from gateway.http.request import Request, Response
from gateway.http.watch.fields import answer_limit
from gateway.http.work import Work
from gateway.service.devices import Caller
from gateway.service.records import Records, Taken

_NEXT: Final = len(b',"next":2147483647')


class Record:
    """Take some records."""

    def __init__(self, records: Records, work: Work, bodies: Bodies) -> None:
        self._records = records
        self._work = work
        self._bodies = bodies

    async def on_post(self, req: Request, resp: Response) -> None:
        """Keep what is new; the answer comes when it is on the disk."""
        limit = answer_limit(req)
        async with self._bodies.json(req) as body:
            key = nonce(body, "n")
            taken = await self._work.write(self._take, req.context.caller, body, key)
        resp.data = told(taken, key, limit)

    def _take(self, caller: Caller, body: dict[str, Any], key: str | None) -> Callable[[Any], Taken]:
        items = body.get("r")
        if not isinstance(items, list):
            raise BadRequest("r: must be a list of records")
        return self._records.take(caller, items, key)


def told(taken: Taken, key: str | None, limit: int) -> bytes:
    """Encode the answer; of the reasons those that fit in ``limit`` bytes, ``next`` names the first that did not."""
    answer: dict[str, Any] = {
        "ok": True,
        **({} if key is None else {"n": key}),
        "new": taken.new,
        "dup": taken.duplicates,
    }
    bad: list[dict[str, Any]] = []
    room = limit - len(dump(answer | {"bad": []})) - _NEXT
    for number, reason in taken.bad:
        entry = {"i": number, "m": shorten(reason, MESSAGE_BYTES)}
        room -= len(dump(entry)) + 1
        if room < 0:
            return dump(answer | {"bad": bad, "next": number})
        bad.append(entry)
    return dump(answer | {"bad": bad} if bad else answer)
