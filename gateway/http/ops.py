"""``/health``: for whoever watches over the gateway."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from gateway import __version__
from gateway.auth import challenge
from gateway.auth.jwt import TokenKey
from gateway.http.address import Network, is_trusted
from gateway.http.checkup import Checkup
from gateway.http.request import Request, Response

_FILLING: Final = "wristgate " * 400  # so long that a proxy which compresses does it


class Health:
    """Up, and able to write. A challenge made with our own ``key`` (wristgate doctor) is also told how it came here."""

    public = True

    def __init__(self, checkup: Checkup, key: TokenKey, trusted: Sequence[Network], clock: Callable[[], int]) -> None:
        self._checkup = checkup
        self._key = key
        self._trusted = trusted
        self._clock = clock

    async def on_get(self, req: Request, resp: Response) -> None:
        """Tell."""
        reason = await self._checkup.reason()
        resp.media = {"status": "ok"} if reason is None else {"status": "unavailable", "reason": reason}
        resp.status = "200" if reason is None else "503"
        shown = req.get_header(challenge.HEADER)
        if shown is not None and challenge.is_ours(self._key, shown, self._clock()):
            resp.media["seen"] = self._seen(req) | {"proof": challenge.proof(self._key, shown), "filling": _FILLING}

    def _seen(self, req: Request) -> dict[str, Any]:
        """Tell how a request came here."""
        client = req.scope.get("client")
        peer = client[0] if client else ""
        return {
            "version": __version__, "now": self._clock(), "peer": peer, "trusted": is_trusted(peer, self._trusted),
            "address": req.context.address, "forwarded_for": req.get_header("X-Forwarded-For"),
            "forwarded_proto": req.get_header("X-Forwarded-Proto"), "host": req.get_header("Host"),
        }  # fmt: skip
