"""What a request shows to say who is calling."""

from typing import Final

import pybase64

from gateway.errors import Unauthorized
from gateway.http.request import Request
from gateway.service.access import KEY_PREFIX

_LONGEST: Final = 1024


def bearer(req: Request) -> str:
    """Give the token of a request; pasted ones have white space around them."""
    scheme, token = _authorization(req)
    if scheme != "bearer":
        raise Unauthorized
    return token


def credential(req: Request) -> str:
    """Give the access token or key in the header: as ``Bearer``, a key also as the password of ``Basic``."""
    scheme, token = _authorization(req)
    return _password(token) if scheme == "basic" else bearer(req)


def query_key(req: Request) -> str | None:
    """Give the key in the query of a request that shows nothing in its header."""
    key = req.get_param("api-key")
    if key is None or req.get_header("Authorization") is not None:
        return None
    if not key.startswith(KEY_PREFIX) or len(key) > _LONGEST:
        raise Unauthorized
    return key


def _authorization(req: Request) -> tuple[str, str]:
    scheme, _, token = (req.get_header("Authorization") or "").strip().partition(" ")
    token = token.strip()
    if not 0 < len(token) <= _LONGEST:
        raise Unauthorized
    return scheme.lower(), token


def _password(encoded: str) -> str:
    """Read the password of Basic authentication (RFC 7617), which must be a key; any user name will do."""
    try:
        _, colon, password = pybase64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        raise Unauthorized from None
    if not colon or not password.startswith(KEY_PREFIX):
        raise Unauthorized
    return password
