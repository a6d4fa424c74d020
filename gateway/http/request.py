"""The request as our responders see it."""

from collections.abc import Callable
from typing import Any

import falcon.asgi

from gateway.errors import GatewayError
from gateway.http.exchange import Exchange
from gateway.model import Access
from gateway.service.devices import Caller


class Context:
    """What the middleware found out: who is calling, from where, and the address that the caller reached us under.

    ``caller`` is a watch, ``access`` whoever uses the store API, ``told_error`` how errors are told to whoever expects
    another shape than ours.
    """

    caller: Caller
    access: Access
    told_error: Callable[[GatewayError], dict[str, object]] | None = None
    address: str = ""
    base: str = ""


class Request(falcon.asgi.Request):
    """A request with a typed context."""

    context_type = Context
    context: Context  # type: ignore[assignment]

    @property
    def exchange(self) -> Exchange:
        """The record that the access log is written from."""
        exchange: Exchange = self.scope["exchange"]
        return exchange


Response = falcon.asgi.Response
Params = dict[str, Any]
