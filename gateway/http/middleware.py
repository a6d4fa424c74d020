"""What every request needs: where it comes from, who is calling, and headers that hold on every answer."""

import re
from collections.abc import Sequence
from typing import Final

from gateway.errors import MethodNotAllowed, Unauthorized
from gateway.http.address import Network, client_address, is_trusted
from gateway.http.limits import Limit
from gateway.http.request import Params, Request, Response
from gateway.http.work import Work
from gateway.service.devices import Devices

_TOKEN_LENGTH: Final = 512
_HOST: Final = re.compile(r"[A-Za-z0-9.-]{1,80}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")


class Origin:
    """Finds the address that a request came from and the one that it was sent to."""

    def __init__(self, trusted: Sequence[Network], base_url: str | None) -> None:
        self._trusted = trusted
        self._base_url = base_url

    async def process_request(self, req: Request, _resp: Response) -> None:
        """Set ``address`` and ``base`` of the context."""
        client = req.scope.get("client")
        peer = client[0] if client else ""
        req.context.address = client_address(peer, req.get_header("X-Forwarded-For"), self._trusted)
        req.context.base = self._base_url or self._reached(req, peer)

    def _reached(self, req: Request, peer: str) -> str:
        """Without a configured address give the one that the caller used; only the caller is ever told."""
        secure = is_trusted(peer, self._trusted) and req.get_header("X-Forwarded-Proto") == "https"
        host = req.get_header("Host") or ""
        return f"{'https' if secure else 'http'}://{host if _HOST.fullmatch(host) else 'localhost'}"


class Answers:
    """Sets the headers that every answer has."""

    async def process_response(
        self,
        _req: Request,
        resp: Response,
        _resource: object,
        _succeeded: bool,
    ) -> None:
        """Forbid keeping and guessing."""
        if resp.get_header("Cache-Control") is None:
            resp.set_header("Cache-Control", "no-store")
        resp.set_header("X-Content-Type-Options", "nosniff")


class DeviceAuthentication:
    """Lets nobody through to a resource without a device's token, unless the resource says ``public = True``."""

    def __init__(self, devices: Devices, work: Work, limit: Limit) -> None:
        self._devices = devices
        self._work = work
        self._limit = limit

    async def process_resource(self, req: Request, _resp: Response, resource: object, _params: Params) -> None:
        """Set ``req.context.caller``; raises ``MethodNotAllowed``, ``Unauthorized``, ``RateLimited``."""
        if not hasattr(resource, f"on_{req.method.lower()}"):
            raise MethodNotAllowed(f"{req.method[:16]} is not possible here")
        if getattr(resource, "public", False):
            return
        caller = self._devices.authenticate(bearer(req))  # one look-up by primary key: cheaper than a thread
        req.context.caller = caller
        req.exchange.device = caller.device.id
        self._limit.hit(caller.token.hex())
        if caller.first:
            await self._work.commit(self._devices.greet(caller))
        elif caller.news:
            self._work.note(self._devices.greet(caller))


def bearer(req: Request) -> str:
    """Give the token of a request; pasted ones have white space around them."""
    scheme, _, token = (req.get_header("Authorization") or "").strip().partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not 0 < len(token) <= _TOKEN_LENGTH:
        raise Unauthorized
    return token
