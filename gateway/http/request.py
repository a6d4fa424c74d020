"""The request as our responders see it."""

from typing import Any

import falcon.asgi

from gateway.http.exchange import Exchange
from gateway.model import Access
from gateway.service.devices import Caller


class Context:
    """What the middleware found out: who is calling, from where, and the address that the caller reached us under.

    ``caller`` is a watch, ``access`` whoever uses the store API.
    """

    caller: Caller
    access: Access
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
