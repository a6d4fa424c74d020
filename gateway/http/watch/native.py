"""``native``: a file's bytes for the watch's GPX and FIT response types, converted where it is of another type."""

from functools import partial
from typing import Final

from gateway.http.conversion import Converting
from gateway.http.fields import query_number
from gateway.http.request import Request, Response
from gateway.http.work import Work
from gateway.model import FileType, PairedDevice
from gateway.service.deliveries import Deliveries
from gateway.service.offers import Offer

_TYPES: Final = {FileType.FIT: "application/fit", FileType.GPX: "application/gpx+xml"}
_LEAST_POINTS: Final = 2
_MOST_POINTS: Final = 100_000


class Native:
    """A file as bytes of one type."""

    def __init__(self, kind: FileType, deliveries: Deliveries, work: Work, converting: Converting) -> None:
        self._kind = kind
        self._deliveries = deliveries
        self._work = work
        self._converting = converting

    async def on_get(self, req: Request, resp: Response, file_id: str) -> None:
        """Give the bytes, with at most ``points`` points where that is asked for."""
        points = query_number(req, "points", _LEAST_POINTS, _MOST_POINTS) or 0
        device = req.context.caller.device
        look = partial(self._work.read, self._look, device, file_id, points)
        offer, data = await self._converting.ready(device, look)
        variant = f"-{points}" if points else ""
        name = f"{offer.file.id}-{offer.file.version}{variant}.{self._kind}"
        resp.content_type = _TYPES[self._kind]
        resp.set_header("Content-Disposition", f'attachment; filename="{name}"')
        resp.data = data

    def _look(self, device: PairedDevice, file_id: str, points: int) -> tuple[Offer, bytes]:
        offer = self._deliveries.native(device, file_id, self._kind, points)
        return offer, self._deliveries.read(offer, 0, offer.file.size) if offer.ready else b""
