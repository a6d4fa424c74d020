"""The answers that the server itself gives, in the watch API's form (``watch-api.md``, first section).

One JSON object in ASCII, ``application/json`` without charset, with length, never chunked, never empty.
"""

import json

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from gateway.errors import Busy, GatewayError
from gateway.http.errors import envelope, status_of

Fields = list[tuple[bytes, bytes]]


def fields_and_body(error: GatewayError, request_id: str) -> tuple[Fields, bytes]:
    """Give the header fields and the body that tell a client about ``error``; the connection ends with them."""
    body = json.dumps(envelope(error), separators=(",", ":")).encode()
    fields = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        (b"x-request-id", request_id.encode()),
        (b"connection", b"close"),
    ]
    if isinstance(error, Busy):
        fields.append((b"retry-after", b"%d" % error.wait))
    return fields, body


def status_on_wire(error: GatewayError, query: bytes) -> int:
    """Give the status to send: 200 when the URL asks for it with ``e=200``, since phones hide other bodies."""
    return 200 if b"e=200" in query.split(b"&") else status_of(error)


def whole_answer(error: GatewayError, request_id: str, common: Fields, query: bytes = b"", *, head: bool) -> bytes:
    """Give an answer as it goes over the wire; ``common`` fields come first (Date), ``head`` leaves out the body."""
    fields, body = fields_and_body(error, request_id)
    lines = [name + b": " + value + b"\r\n" for name, value in common + fields]
    return b"".join([STATUS_LINE[status_on_wire(error, query)], *lines, b"\r\n", b"" if head else body])
