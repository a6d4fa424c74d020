"""Reading what a watch sends: wrong values become ``bad_request`` with the key's name."""

import re
from collections.abc import Mapping
from typing import Any, Final

import pybase64

from gateway.errors import BadRequest
from gateway.http.errors import escaped_length
from gateway.http.request import Request
from gateway.model import FileType

MAX_DEFAULT: Final = 4096
MAX_LEAST: Final = 256
MAX_MOST: Final = 32768
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


def base64(value: str, key: str) -> bytes:
    """Decode base64; line breaks are harmless, anything else outside the alphabet is not."""
    if "\n" in value or "\r" in value:
        value = value.replace("\r", "").replace("\n", "")
    try:
        return pybase64.b64decode(value, validate=True)
    except ValueError:
        raise BadRequest(f"{key}: is not base64") from None


def query_number(req: Request, key: str, least: int, most: int) -> int | None:
    """Give a number of the query, None where the key is missing."""
    value = req.get_param(key)
    if value is None:
        return None
    if not value.isascii() or not value.isdigit() or len(value) > 10 or not least <= int(value) <= most:  # noqa: PLR2004
        raise BadRequest(f"{key}: must be a whole number from {least} to {most}")
    return int(value)


def answer_limit(req: Request) -> int:
    """Give ``max``, the largest body that the device wants."""
    return query_number(req, "max", MAX_LEAST, MAX_MOST) or MAX_DEFAULT


def query_type(req: Request) -> FileType | None:
    """Give ``type``, one of the four."""
    value = req.get_param("type")
    if not value:
        return None
    try:
        return FileType(value.lower())
    except ValueError:
        raise BadRequest(f"type: must be one of {', '.join(FileType)}") from None


def query_cursor(req: Request) -> tuple[int, str] | None:
    """Give the list entry (time, id) that ``cursor`` names."""
    value = req.get_param("cursor")
    if not value:
        return None
    match = _CURSOR.fullmatch(value)
    if match is None:
        raise BadRequest("cursor: is not one that the gateway gave")
    return int(match[1]), match[2]
