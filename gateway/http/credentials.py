"""What a request shows to say who is calling."""

from collections.abc import Sequence
from typing import Final

import pybase64

from gateway.errors import Unauthorized
from gateway.http.request import Request
from gateway.service.access import KEY_PREFIX, NOT_KNOWN

PROTOCOL: Final = "wristgate"
"""The subprotocol of our WebSockets; beside it a browser may put its token."""

_IN_PROTOCOL: Final = "bearer."
_LONGEST: Final = 1024
_WANTED: Final = "send a key: Authorization: Bearer wg_..."
_NOT_BASIC: Final = "Basic authentication takes any user name, and a key as the password"
_QUERY_NAMES: Final = ("api-key", "api_key")  # the second is Endurain's


def bearer(req: Request) -> str:
    """Give the token of a request; pasted ones have white space around them."""
    scheme, token = _authorization(req)
    if scheme != "bearer":
        raise Unauthorized
    return token


def credential(req: Request) -> str:
    """Give the access token or key in the header, as ``Bearer``.

    A key may also be the password of ``Basic``, or stand in ``X-API-Key``.
    """
    if (key := _key_header(req)) is not None:
        return _key(key.strip())
    scheme, token = _authorization(req, _WANTED)
    if scheme not in {"basic", "bearer"}:
        raise Unauthorized(_WANTED)
    return _password(token) if scheme == "basic" else token


def query_key(req: Request) -> str | None:
    """Give the key in the query of a request that shows nothing in its header."""
    key = next((value for name in _QUERY_NAMES if (value := req.get_param(name)) is not None), None)
    if key is None or req.get_header("Authorization") is not None or _key_header(req) is not None:
        return None
    return _key(key)


def socket_credential(req: Request, subprotocols: Sequence[str]) -> str:
    """Give the access token or key of a WebSocket: in a header, or among the subprotocols, ``bearer.TOKEN``."""
    offered = [each.removeprefix(_IN_PROTOCOL) for each in subprotocols if each.startswith(_IN_PROTOCOL)]
    if PROTOCOL not in subprotocols or len(offered) != 1 or req.get_header("Authorization") is not None:
        return credential(req)
    if not 0 < len(offered[0]) <= _LONGEST:
        raise Unauthorized
    return offered[0]


def _key_header(req: Request) -> str | None:
    """Give what ``X-API-Key`` says, where ``Authorization`` says nothing."""
    return None if req.get_header("Authorization") is not None else req.get_header("X-API-Key")


def _key(text: str) -> str:
    if not text.startswith(KEY_PREFIX) or len(text) > _LONGEST:
        raise Unauthorized(NOT_KNOWN if text else _WANTED)
    return text


def _authorization(req: Request, *otherwise: str) -> tuple[str, str]:
    """Give scheme and token of the header; raises ``Unauthorized``, which says ``otherwise``."""
    scheme, _, token = (req.get_header("Authorization") or "").strip().partition(" ")
    token = token.strip()
    if not 0 < len(token) <= _LONGEST:
        raise Unauthorized(*otherwise)
    return scheme.lower(), token


def _password(encoded: str) -> str:
    """Read the password of Basic authentication (RFC 7617), which must be a key; any user name will do."""
    try:
        _, colon, password = pybase64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        raise Unauthorized(_NOT_BASIC) from None
    if not colon:
        raise Unauthorized(_NOT_BASIC)
    return _key(password)
