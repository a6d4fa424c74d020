"""JSON as the smallest clients can take it: ASCII only, no charset, bytes at once."""

import re
from json.encoder import encode_basestring_ascii
from typing import Any, Final

import falcon.media
import orjson

_BEYOND_ASCII: Final = re.compile("[^\x00-\x7f]+")


def dump(value: object) -> bytes:
    r"""Encode a value as JSON with ``\uXXXX`` escapes; two of them for a character beyond the BMP."""
    return ascii_only(orjson.dumps(value))


def ascii_only(data: bytes) -> bytes:
    """Escape what is beyond ASCII in a JSON text."""
    if data.isascii():
        return data
    return _BEYOND_ASCII.sub(_escape, data.decode()).encode("ascii")


def _escape(match: re.Match[str]) -> str:
    return encode_basestring_ascii(match[0])[1:-1]  # in C: a page may have millions of letters


def handlers() -> dict[str, Any]:
    """Give Falcon's media handlers for answers."""
    return {falcon.MEDIA_JSON: falcon.media.JSONHandler(dumps=dump, loads=orjson.loads)}
