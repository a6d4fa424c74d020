"""The request target: from the bytes of the request line to path and query."""

from urllib.parse import unquote

import httptools

from gateway.errors import BadRequest


def read_target(target: bytes) -> tuple[str, bytes, bytes]:
    """Give (decoded path, raw path, query) of an origin-form or absolute-form target.

    Percent escapes that are no UTF-8 become U+FFFD. Raises BadRequest for ``*`` and everything else that names no path.
    uvicorn fails with an AttributeError on an absolute target without path, and hands ``*`` to the app as an empty one.
    """
    if target[:1] == b"/":
        raw, _, query = target.partition(b"#")[0].partition(b"?")
    else:
        raw, query = read_absolute(target)
    path = raw.decode("ascii")  # llhttp lets no other byte through
    return (unquote(path) if "%" in path else path), raw, query


def read_absolute(target: bytes) -> tuple[bytes, bytes]:
    """Give raw path and query of ``http://host/path?query``, as clients write it to a proxy."""
    try:
        url = httptools.parse_url(target)
    except httptools.HttpParserInvalidURLError:
        raise BadRequest("the request target cannot be read") from None
    if url.schema not in (b"http", b"https"):
        raise BadRequest("the request target must be a path")
    return url.path or b"/", url.query or b""
