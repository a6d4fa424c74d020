"""Answering errors: each becomes its envelope, on API paths always as JSON, elsewhere as a page."""

import logging
from collections.abc import Callable
from typing import Final

import falcon
import falcon.asgi

from gateway.errors import (
    BadRequest,
    Busy,
    Forbidden,
    GatewayError,
    Internal,
    LengthRequired,
    MethodNotAllowed,
    NotFound,
    RangeNotSatisfiable,
    RateLimited,
    TooLarge,
    UnsupportedType,
)
from gateway.http.errors import LONG_MESSAGE_BYTES, MESSAGE_BYTES, REFUSED, envelope, status_of
from gateway.http.request import Params, Request, Response
from gateway.model import WATCHES

Page = Callable[[Response, GatewayError], None]

_FRAMEWORK: Final[dict[int, tuple[type[GatewayError], str]]] = {
    403: (Forbidden, "not allowed"),
    404: (NotFound, "no such path"),
    405: (MethodNotAllowed, "this method is not possible here"),
    411: (LengthRequired, "send a Content-Length"),
    413: (TooLarge, "the body is too long"),
    415: (UnsupportedType, "this type is not supported"),
}

_log: Final = logging.getLogger("gateway.http")


def _room(path: str) -> int:
    """Give the bytes that a message may take: a watch has few."""
    watch = path.startswith(tuple(f"/api/v1/{kind}/" for kind in WATCHES))
    return LONG_MESSAGE_BYTES if path.startswith("/api/v1/") and not watch else MESSAGE_BYTES


class Failures:
    """The error handler of all exceptions; ``page`` renders an error for people."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def __call__(
        self,
        req: Request,
        resp: Response | None,
        error: Exception,
        _params: Params,
        ws: falcon.asgi.WebSocket | None = None,
    ) -> None:
        """Turn ``error`` into the answer; a WebSocket is closed with 3000 + the status, which the server words."""
        known = self._known(req, error)
        req.exchange.error = known.word
        if resp is None:
            if ws is not None and not ws.closed:
                await ws.close(REFUSED + status_of(known))
            return
        resp.status = str(status_of(known))
        if isinstance(known, RateLimited | Busy):
            resp.set_header("Retry-After", str(known.wait))
        if isinstance(known, RangeNotSatisfiable):
            resp.set_header("Content-Range", f"bytes */{known.size}")
        if isinstance(error, falcon.HTTPError) and error.headers:
            resp.set_headers(error.headers)
        if f"{req.path}/".startswith("/api/") or "text/html" not in (req.get_header("Accept") or ""):
            resp.content_type = falcon.MEDIA_JSON
            resp.data = resp.text = None
            told = req.context.told_error
            resp.media = told(known) if told else envelope(known, _room(req.path))
            if req.get_param("e") == "200":
                resp.status = falcon.HTTP_200
        else:
            self._page(resp, known)

    @staticmethod
    def _known(req: Request, error: Exception) -> GatewayError:
        if isinstance(error, GatewayError):
            return error
        if isinstance(error, falcon.HTTPError):
            kind, message = _FRAMEWORK.get(error.status_code, (BadRequest, "the request cannot be understood"))
            return kind(message)
        _log.error("request %s failed", req.exchange.id, exc_info=error)
        return Internal(f"the gateway failed; its log knows why, under {req.exchange.id}")
