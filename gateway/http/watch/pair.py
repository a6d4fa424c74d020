"""``pair``: a watch shows a code and waits."""

from gateway.errors import BadRequest
from gateway.http.address import bucket
from gateway.http.body import SMALL, Bodies
from gateway.http.fields import needed, text
from gateway.http.limits import Limit
from gateway.http.request import Request, Response
from gateway.http.watch.fields import answer_limit
from gateway.http.watch.names import short_name
from gateway.http.work import Work
from gateway.model import DeviceType
from gateway.service.pairing import POLL_SECONDS, TTL, Pairings


class Pair:
    """Start a pairing, ask how far it is."""

    public = True

    def __init__(
        self, kind: DeviceType, pairings: Pairings, work: Work, bodies: Bodies, starts: Limit, polls: Limit
    ) -> None:
        self._kind = kind
        self._pairings = pairings
        self._work = work
        self._bodies = bodies
        self._starts = starts
        self._polls = polls

    async def on_post(self, req: Request, resp: Response) -> None:
        """Begin."""
        answer_limit(req)
        async with self._bodies.json(req, SMALL) as body:
            ident = needed(text(body, "device"), "device")
            name, app = text(body, "name") or "", text(body, "app")
        address = req.context.address
        self._starts.hit(bucket(address))
        started = await self._work.write(self._pairings.start, self._kind, ident, name, app, address)
        url = f"{req.context.base}/pair"
        answer = {"ok": True, "id": started.id, "code": started.code, "url": url, "ttl": TTL, "poll": POLL_SECONDS}
        resp.media = answer

    async def on_get(self, req: Request, resp: Response) -> None:
        """Ask."""
        answer_limit(req)
        self._polls.hit(bucket(req.context.address))
        secret = req.get_param("id")
        if not secret:
            raise BadRequest("id: is missing")
        ready = await self._work.read(self._pairings.poll, secret)
        if ready is None:
            resp.media = {"ok": True, "state": "wait"}
        else:
            resp.media = {"ok": True, "state": "ready", "token": ready.token, "name": short_name(ready.name)}
