"""Reading what a client sends: wrong values become ``bad_request`` with the key's name."""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote_plus, unquote_to_bytes

from gateway.errors import BadRequest
from gateway.http.errors import escaped_length
from gateway.http.request import Request

LARGEST: Final = 2**31 - 1
NONCE_LENGTH: Final = 32
_CURSOR: Final = re.compile(r"([0-9]{1,10})\.([a-z2-7]{12})")


def text(body: Mapping[str, Any], key: str, *, longest: int = 1024) -> str | None:
    """Give a string, None where the key is missing."""
    value = body.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > longest:
        raise BadRequest(f"{key}: must be a string of at most {longest} characters")
    return value


def needed(value: str | None, key: str) -> str:
    """Give a string that must be there and not be empty."""
    if not value:
        raise BadRequest(f"{key}: is missing")
    return value


def nonce(body: Mapping[str, Any], key: str) -> str | None:
    """Give a nonce of 1 to 32 bytes as escaped in JSON: an answer with one must fit in 256."""
    value = text(body, key, longest=NONCE_LENGTH)
    if value is not None and (not value or escaped_length(value) > NONCE_LENGTH):
        raise BadRequest(f"{key}: takes 1 to {NONCE_LENGTH} ASCII characters")
    return value


def whole(body: Mapping[str, Any], key: str, most: int = LARGEST) -> int | None:
    """Give a number from 0 to ``most``; 12.0 is one too, since watches write Floats."""
    value = body.get(key)
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise BadRequest(f"{key}: must be a whole number from 0 to {most}")
    return value


def items(body: Mapping[str, Any], key: str) -> list[Any] | None:
    """Give a list, None where the key is missing."""
    value = body.get(key)
    if value is not None and not isinstance(value, list):
        raise BadRequest(f"{key}: must be a list")
    return value


def texts(body: Mapping[str, Any], key: str) -> list[str] | None:
    """Give a list of strings, None where the key is missing."""
    value = items(body, key)
    if value is not None and not all(isinstance(item, str) for item in value):
        raise BadRequest(f"{key}: must be a list of strings")
    return value


def query_number(req: Request, key: str, least: int, most: int) -> int | None:
    """Give a number of the query, None where the key is missing."""
    value = req.get_param(key)
    if value is None:
        return None
    if not value.isascii() or not value.isdigit() or len(value) > 10 or not least <= int(value) <= most:  # noqa: PLR2004
        raise BadRequest(f"{key}: must be a whole number from {least} to {most}")
    return int(value)


def query_text(req: Request, key: str) -> str | None:
    """Give a text of the query, None where the key is missing or empty; escapes that are no UTF-8 are no text."""
    value = req.get_param(key)
    if value and "\ufffd" in value and not _is_escaped_text(req.query_string, key):
        raise BadRequest(f"{key}: is not UTF-8")
    return value or None


def _is_escaped_text(query: str, key: str) -> bool:
    try:
        for part in query.split("&"):
            name, _, value = part.partition("=")
            if unquote_plus(name) == key:
                unquote_to_bytes(value).decode()
    except UnicodeDecodeError:
        return False
    return True


def query_flag(req: Request, key: str) -> bool:
    """Give a yes or no of the query, no where the key is missing."""
    value = (req.get_param(key) or "0").lower()
    if value not in {"0", "1", "false", "true", "no", "yes"}:
        raise BadRequest(f"{key}: must be 0 or 1")
    return value in {"1", "true", "yes"}


def query_cursor(req: Request) -> tuple[int, str] | None:
    """Give the list entry (time, id) that ``cursor`` names."""
    value = req.get_param("cursor")
    if not value:
        return None
    match = _CURSOR.fullmatch(value)
    if match is None:
        raise BadRequest("cursor: is not one that the gateway gave")
    return int(match[1]), match[2]
