"""``/health``: for whoever watches over the gateway."""

from gateway.http.checkup import Checkup
from gateway.http.request import Request, Response


class Health:
    """Up, and able to write."""

    public = True

    def __init__(self, checkup: Checkup) -> None:
        self._checkup = checkup

    async def on_get(self, _req: Request, resp: Response) -> None:
        """Tell."""
        reason = await self._checkup.reason()
        resp.media = {"status": "ok"} if reason is None else {"status": "unavailable", "reason": reason}
        resp.status = "200" if reason is None else "503"
