"""A file to the gateway, streamed from the disk; sent again where no answer came, for then it is the same."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from gateway.client.connection import Request
from gateway.client.errors import Misused
from gateway.client.results import Uploaded
from gateway.client.sources import Held, OnDisk, digest, opened
from gateway.client.transport import Transport

_CHECKING: Final = 60  # seconds that the gateway may look into what has come
_RATE: Final = 4 * 1024 * 1024  # bytes a second that it writes and hashes at least
_LATEST: Final = 1 << 41


@dataclass(frozen=True, slots=True)
class Wish:
    """How a file is to be taken, see ``Client.upload``."""

    to: str | None = None
    name: str | None = None
    base: int | None = None
    new: bool = False
    reject: bool = False
    mtime: int | None = None
    encrypted: str | None = None
    summary: Mapping[str, object] | None = None


def upload(
    transport: Transport, source: "str | os.PathLike[str] | bytes", wish: Wish, progress: Callable[[int, int], object]
) -> Uploaded:
    """Send a file; the gateway holds what comes against the hash of what was there when it began."""
    body = opened(source)
    if wish.to is None and (wish.new or wish.base is not None):
        raise Misused("base and new need a path: say it in to")
    query = {
        "path": wish.to, "name": wish.name or _name(body), "mtime": _mtime(wish, body),
        "on_conflict": "reject" if wish.reject else None,
    }  # fmt: skip
    request = Request(
        "POST", transport.target("files/upload", query), _conditions(wish) | {"X-Content-SHA256": digest(body)}, body,
        transport.timeout + _CHECKING + body.size / _RATE, lambda sent: progress(sent, body.size),
    )  # fmt: skip
    return Uploaded.read(transport.send(request, safe=not wish.new))


def _conditions(wish: Wish) -> dict[str, str]:
    headers = {} if wish.base is None else {"If-Match": f'"{wish.base}"'}
    if wish.new:
        headers["If-None-Match"] = "*"
    if wish.encrypted is not None:
        headers["X-Sync-Encrypted"] = wish.encrypted
    if wish.summary is not None:
        headers["X-Sync-Summary"] = json.dumps(wish.summary, separators=(",", ":"))
    return headers


def _name(body: Held | OnDisk) -> str | None:
    """Give the name of a file; letters in it that are no text become question marks."""
    return os.fsencode(body.path.name).decode("utf-8", "replace") if isinstance(body, OnDisk) else None


def _mtime(wish: Wish, body: Held | OnDisk) -> int | None:
    known = body.mtime if isinstance(body, OnDisk) else None
    return min(_LATEST, wish.mtime if wish.mtime is not None else known or 0) or None
