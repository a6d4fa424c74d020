"""What every request needs: where it comes from, who is calling, and headers that hold on every answer."""

import gzip
import re
from collections.abc import Mapping, Sequence
from typing import Final

from falcon.asgi import WebSocket

from gateway.errors import Forbidden, MethodNotAllowed, NotFound, Unauthorized
from gateway.http.address import Network, client_address, is_trusted
from gateway.http.credentials import bearer, credential, query_key, socket_credential
from gateway.http.encodings import takes_gzip
from gateway.http.limits import Limit
from gateway.http.request import Params, Request, Response
from gateway.http.work import Work
from gateway.model import Scope
from gateway.service.access import Accesses, Seen, may
from gateway.service.devices import Devices

_UPLOAD_ONLY: Final = frozenset({Scope.UPLOAD})
_UNAUTHORIZED: Final = 401
_WORTH: Final = 1400  # bytes; what fits into a packet takes as long compressed
_AT_ONCE: Final = 8192  # bytes that take a fraction of a millisecond
_LEVEL: Final = 4
_RESPONDERS: Final = {
    "GET": "on_get", "HEAD": "on_get", "POST": "on_post", "PUT": "on_put", "PATCH": "on_patch", "DELETE": "on_delete",
}  # fmt: skip
_HOST: Final = re.compile(r"[A-Za-z0-9.-]{1,80}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")


class Origin:
    """Finds the address that a request came from and the one that it was sent to."""

    def __init__(self, trusted: Sequence[Network], base_url: str | None) -> None:
        self._trusted = trusted
        self._base_url = base_url

    async def process_request(self, req: Request, _resp: Response) -> None:
        """Set ``address`` and ``base`` of the context."""
        self._find(req)

    async def process_request_ws(self, req: Request, _ws: WebSocket) -> None:
        """Set them for a WebSocket; raises ``Forbidden`` for one that another site's page opens."""
        self._find(req)
        origin = req.get_header("Origin")
        if origin is not None and origin.partition("://")[2] != req.context.base.partition("://")[2]:
            raise Forbidden("this WebSocket is not open to pages of other sites")

    def _find(self, req: Request) -> None:
        client = req.scope.get("client")
        peer = client[0] if client else ""
        req.context.address = client_address(peer, req.get_header("X-Forwarded-For"), self._trusted)
        req.context.base = self._base_url or self._reached(req, peer)

    def _reached(self, req: Request, peer: str) -> str:
        """Without a configured address give the one that the caller used; only the caller is ever told."""
        secure = is_trusted(peer, self._trusted) and req.get_header("X-Forwarded-Proto") == "https"
        host = req.get_header("Host") or ""
        return f"{'https' if secure else 'http'}://{host if _HOST.fullmatch(host) else 'localhost'}"


class Shapes:
    """Notes which route a request takes, and lets its resource tell errors in a shape of its own, from the first on."""

    async def process_resource(self, req: Request, _resp: Response, resource: object, _params: Params) -> None:
        """Set ``route`` of the exchange and, from the resource, ``told_error`` of the context."""
        req.exchange.route = req.uri_template
        req.context.told_error = getattr(resource, "told_error", None)


class Answers:
    """Sets the headers that every answer has."""

    async def process_response(
        self,
        _req: Request,
        resp: Response,
        resource: object,
        _succeeded: bool,
    ) -> None:
        """Forbid keeping and guessing; say what the store API takes as a credential."""
        if resp.get_header("Cache-Control") is None:
            resp.set_header("Cache-Control", "no-store")
        resp.set_header("X-Content-Type-Options", "nosniff")
        if resp.status_code == _UNAUTHORIZED and getattr(resource, "scopes", None) is not None:
            resp.set_header("WWW-Authenticate", 'Bearer, Basic realm="wristgate"')


class Compression:
    """Compresses what the store API tells, where that saves a packet and the client takes it."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def process_response(self, req: Request, resp: Response, resource: object, _succeeded: bool) -> None:
        """Compress; long texts in a thread."""
        if getattr(resource, "scopes", None) is None or resp.media is None:
            return
        resp.set_header("Vary", "Accept-Encoding")
        data = await resp.render_body()
        if data is None or len(data) < _WORTH or not takes_gzip(req):
            return
        resp.set_header("Content-Encoding", "gzip")
        if len(data) < _AT_ONCE:
            resp.data = gzip.compress(data, _LEVEL, mtime=0)
        else:
            resp.data = await self._work.read(gzip.compress, data, _LEVEL, mtime=0)


class Authentication:
    """Lets nobody through to a resource without a credential, unless the resource says ``public = True``.

    One with ``scopes`` belongs to the store API and says which scope each of its methods needs, None: any; all others
    want the token of a paired watch. ``limits`` are those of a watch and of a device or key of the store API. Where
    ``query_key = True`` a key that may upload and nothing else may stand in the query.
    """

    def __init__(self, devices: Devices, accesses: Accesses, work: Work, limits: tuple[Limit, Limit]) -> None:
        self._devices = devices
        self._accesses = accesses
        self._work = work
        self._watch_limit, self._limit = limits

    async def process_resource(self, req: Request, resp: Response, resource: object, _params: Params) -> None:
        """Set ``caller`` or ``access`` of the context.

        Raises ``MethodNotAllowed``, ``Unauthorized``, ``RateLimited``, ``Forbidden``, ``NotFound`` (the project).
        """
        if not hasattr(resource, f"on_{req.method.lower()}"):
            resp.set_header("Allow", ", ".join(_methods(resource)))
            raise MethodNotAllowed(f"{req.method[:16]} is not possible here")
        if getattr(resource, "public", False):
            return
        scopes: Mapping[str, Scope | None] | None = getattr(resource, "scopes", None)
        if scopes is None:
            await self._watch(req)
        else:
            self._store_client(req, scopes[req.method], self._show(req, in_query=getattr(resource, "query_key", False)))

    async def process_resource_ws(self, req: Request, ws: WebSocket, resource: object, _params: Params) -> None:
        """Set ``access`` of the context for a WebSocket, which is open to whoever may GET."""
        req.exchange.route = req.uri_template
        scopes: Mapping[str, Scope | None] | None = getattr(resource, "scopes", None)
        if scopes is None:
            raise NotFound("there is no WebSocket here")
        seen = self._accesses.authenticate(socket_credential(req, ws.subprotocols), req.get_param("project") or None)
        self._store_client(req, scopes["GET"], seen)

    async def _watch(self, req: Request) -> None:
        caller = self._devices.authenticate(bearer(req))  # one look-up by primary key: cheaper than a thread
        req.context.caller = caller
        req.exchange.device = caller.device.id
        self._watch_limit.hit(caller.token.hex())
        if caller.first:
            await self._work.commit(self._devices.greet(caller))
        elif caller.news:
            self._work.note(self._devices.greet(caller))

    def _store_client(self, req: Request, scope: Scope | None, seen: Seen) -> None:
        req.context.access = seen.access
        req.exchange.device = seen.access.actor.sender
        self._limit.hit(seen.access.token.hex())
        if seen.news:
            self._work.note(self._accesses.greet(seen.access))
        if scope is not None and not may(seen.access, scope):
            raise Forbidden(f"this needs the scope {scope}")

    def _show(self, req: Request, *, in_query: bool) -> Seen:
        project = req.get_param("project") or None
        key = query_key(req) if in_query else None
        if key is None:
            return self._accesses.authenticate(credential(req), project)
        seen = self._accesses.authenticate(key, project)
        if seen.access.key is None or seen.access.key.scopes != _UPLOAD_ONLY:
            raise Unauthorized("only a key that may upload and nothing else goes into the address")
        return seen


def _methods(resource: object) -> list[str]:
    """Give what can be done with a resource; a HEAD is a GET."""
    return [method for method, responder in _RESPONDERS.items() if hasattr(resource, responder)]
