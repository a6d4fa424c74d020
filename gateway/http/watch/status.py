"""``status``: what a glance shows, in under 500 bytes."""

from gateway.http.conversion import Converting
from gateway.http.request import Request, Response
from gateway.http.watch.fields import answer_limit
from gateway.http.work import Work
from gateway.service.deliveries import Deliveries


class Status:
    """Counts of a device."""

    def __init__(self, deliveries: Deliveries, work: Work, converting: Converting) -> None:
        self._deliveries = deliveries
        self._work = work
        self._converting = converting

    async def on_get(self, req: Request, resp: Response) -> None:
        """Tell; what has to be converted before it can wait is begun, and counts the next time."""
        answer_limit(req)
        device = req.context.caller.device
        status = self._deliveries.status_at_hand(device)  # costs less than handing it to a thread
        if status is None:
            status = await self._work.read(self._deliveries.status, device)
        self._converting.begin(device, status.unprepared)
        last = {} if status.last is None else {"last": status.last}
        resp.media = {
            "ok": True, "now": status.now, **last, "pending": status.pending, "up": status.sent, "wait": status.wait,
        }  # fmt: skip
