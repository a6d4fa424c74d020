"""Reading what only a watch sends: wrong values become ``bad_request`` with the key's name."""

from typing import Final

import pybase64

from gateway.errors import BadRequest
from gateway.http.fields import query_number
from gateway.http.request import Request
from gateway.model import FileType

MAX_DEFAULT: Final = 4096
MAX_LEAST: Final = 256
MAX_MOST: Final = 32768


def base64(value: str, key: str) -> bytes:
    """Decode base64; line breaks are harmless, anything else outside the alphabet is not."""
    if "\n" in value or "\r" in value:
        value = value.replace("\r", "").replace("\n", "")
    try:
        return pybase64.b64decode(value, validate=True)
    except ValueError:
        raise BadRequest(f"{key}: is not base64") from None


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
