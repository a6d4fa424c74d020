"""Heads that ask for another protocol on the same connection."""

from gateway.server.answers import Fields

LONGEST_LINE = 8000
MOST_FIELDS = 100
"""The library ``websockets`` gives up on longer lines (8192) and more fields (128), without an answer."""


def asks_for_websocket(method: bytes, target: bytes, fields: Fields) -> bool:
    """Tell whether a head with ``Connection: upgrade`` is an opening handshake that ``websockets`` can read."""
    kinds = [value.strip().lower() for name, value in fields if name == b"upgrade"]
    return (
        method == b"GET"
        and kinds == [b"websocket"]
        and target[:1] == b"/"
        and len(target) < LONGEST_LINE
        and len(fields) <= MOST_FIELDS
        and all(
            name not in (b"content-length", b"transfer-encoding") and len(name) + len(value) < LONGEST_LINE
            for name, value in fields
        )
    )


def without_upgrade(method: bytes, target: bytes, version: str, fields: Fields) -> bytes:
    """Write the head again as that of an ordinary request."""
    lines = [b"%s %s HTTP/%s" % (method, target, version.encode())]
    for name, value in fields:
        kept = value
        if name == b"connection":
            kept = b",".join(token for token in value.split(b",") if token.strip().lower() != b"upgrade")
        if name != b"upgrade" and (kept or name != b"connection"):
            lines.append(name + b": " + kept)
    return b"\r\n".join([*lines, b"", b""])
