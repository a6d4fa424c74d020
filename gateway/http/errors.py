"""From an error to its answer: one table, one envelope.

The envelope is the watch API's: ``{"ok":false,"code":413,"error":"too_large","m":"..."}``.
"""

from typing import Final

from gateway.errors import (
    BadRequest,
    Busy,
    Conflicting,
    Damaged,
    Forbidden,
    FormatError,
    GatewayError,
    Gone,
    Internal,
    KeyMissing,
    LengthRequired,
    MethodNotAllowed,
    NotFound,
    OffsetMismatch,
    OverQuota,
    PreconditionFailed,
    RangeNotSatisfiable,
    RateLimited,
    TooLarge,
    Unauthorized,
    UnknownFormat,
    UnsupportedType,
)

STATUS: dict[type[GatewayError], int] = {
    BadRequest: 400,
    Unauthorized: 401,
    Forbidden: 403,
    NotFound: 404,
    MethodNotAllowed: 405,
    OffsetMismatch: 409,
    Conflicting: 409,
    Gone: 410,
    Damaged: 410,
    LengthRequired: 411,
    PreconditionFailed: 412,
    TooLarge: 413,
    OverQuota: 413,
    UnsupportedType: 415,
    FormatError: 422,
    UnknownFormat: 415,
    RangeNotSatisfiable: 416,
    RateLimited: 429,
    Internal: 500,
    Busy: 503,
    KeyMissing: 503,
}

REFUSED: Final = 3000
"""A WebSocket that is closed before it was accepted is refused with this and the status."""

MESSAGE_BYTES: Final = 80  # for a watch
LONG_MESSAGE_BYTES: Final = 1000  # for everybody else; a path may be long
_BMP: Final = 0xFFFF  # beyond it a character takes two escapes


def status_of(error: GatewayError) -> int:
    """Give the HTTP status of an error, by its nearest mapped base."""
    for kind in type(error).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    return 500


def envelope(error: GatewayError, most: int = MESSAGE_BYTES) -> dict[str, object]:
    """Give the JSON object that tells a client about ``error``; its ``m`` fits ``most`` bytes as escaped ASCII."""
    body: dict[str, object] = {
        "ok": False,
        "code": status_of(error),
        "error": error.word,
        "m": shorten(error.message, most),
    }
    if isinstance(error, RateLimited | Busy):
        body["wait"] = error.wait
    if isinstance(error, OffsetMismatch):
        body["have"] = error.have
    if isinstance(error, Gone) and error.reset:
        body["reset"] = True
    return body


def escaped_length(text: str) -> int:
    r"""Count the bytes of ``text`` inside a JSON string in ASCII: ``\uXXXX`` counts 6, twice beyond the BMP."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return len(text)
    total = 0
    for char in text:
        if char in '"\\\b\f\n\r\t':
            total += 2
        elif " " <= char <= "\x7f":
            total += 1
        else:
            total += 12 if ord(char) > _BMP else 6
    return total


def shorten(text: str, limit: int) -> str:
    """Cut ``text`` at a character so that it takes at most ``limit`` bytes escaped."""
    if escaped_length(text) <= limit:
        return text
    kept = ""
    room = limit - 3
    for char in text:
        room -= escaped_length(char)
        if room < 0:
            break
        kept += char
    return kept + "..."
