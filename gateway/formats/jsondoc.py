"""JSON documents: strict UTF-8 JSON whose top is an object or an array; what it says is its owner's affair."""

import re

import orjson

from gateway.errors import FormatError
from gateway.formats.refusals import refusal
from gateway.model import FileType, Kind, Summary

MAX_VALUES = 500_000
"""Upper bound for the values of a document: a parsed one takes some tens of MB."""

_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"')
_SEPARATORS = (b",", b":", b"[", b"{")


def read(data: bytes) -> Summary:
    """Check the document.

    Raises ``FormatError``: ``truncated``, ``bad_json``, ``bad_encoding``, ``too_deep`` (1024 levels),
    ``too_many_values``, ``not_a_document`` (a bare string or number).
    """
    if sum(map(data.count, _SEPARATORS)) > MAX_VALUES:
        raise refusal("too_many_values", 0)
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise _fault(data, error) from None
    if not isinstance(document, dict | list):
        raise refusal("not_a_document", 0)
    return Summary(type=FileType.JSON, kind=Kind.OTHER)


def _fault(data: bytes, error: orjson.JSONDecodeError) -> FormatError:
    """Build the error with its byte offset, where orjson counts characters."""
    try:
        text = data.decode()
    except UnicodeDecodeError as encoding:
        reason = "truncated" if encoding.reason == "unexpected end of data" else "bad_encoding"
        return refusal(reason, encoding.start)
    if "memory" in error.msg:
        bare = _STRING.sub("", text)
        if sum(map(bare.count, "[{")) == sum(map(bare.count, "]}")):
            raise MemoryError(error.msg)
        return refusal("truncated", len(data))  # orjson's pool is made for documents that close their brackets
    if "depth" in error.msg:
        return refusal("too_deep", 0)
    if error.pos >= len(text.rstrip()):
        return refusal("truncated", len(data))
    return refusal("bad_json", len(text[: error.pos].encode()))
