"""``/health``: for whoever watches over the gateway."""

from gateway.http.request import Request, Response
from gateway.http.work import Work
from gateway.service.health import Health as Checks


class Health:
    """Up, and able to write."""

    public = True

    def __init__(self, checks: Checks, work: Work) -> None:
        self._checks = checks
        self._work = work

    async def on_get(self, _req: Request, resp: Response) -> None:
        """Tell."""
        reason = await self._work.read(self._checks.trouble)
        resp.media = {"status": "ok"} if reason is None else {"status": "unavailable", "reason": reason}
        resp.status = "200" if reason is None else "503"
