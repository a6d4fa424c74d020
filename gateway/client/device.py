"""A small thing that was paired by a code, by the watch API (``docs/watch-api.md``)."""

import base64
import binascii
import hashlib
import os
import socket
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from gateway.client.address import Address
from gateway.client.downloads import Target, place
from gateway.client.errors import Misused, NotUnderstood, Refused, Unconfirmed
from gateway.client.fields import Raw, inner, number, objects, onward, text
from gateway.client.identity import Fixed
from gateway.client.parts import Part
from gateway.client.patience import Patience
from gateway.client.results import Sent, Waiting
from gateway.client.session import Session, nonce
from gateway.client.sources import opened
from gateway.client.transport import API, TIMEOUT, Transport

KINDS: Final = ("iot", "garmin")
MOST: Final = 102_400
"""Bytes of a file that goes to or comes from a device."""
_MAX: Final = 32_768  # bytes of an answer
_LARGEST: Final = 16 * 1024 * 1024  # bytes of a file, whatever a gateway's limit is
_HALF: Final = 4  # letters of a code
_POLLS: Final = range(1, 61)
_LONGEST_PAIRING: Final = 3600
_RESTARTS: Final = 3

Show = Callable[[str, str], object]


class Device(Session):
    """A paired device at a gateway; ``token`` is what it keeps. For one thread at a time."""

    def __init__(
        self, url: str, token: str, *, kind: str = "iot", timeout: float = TIMEOUT, patience: Patience | None = None
    ) -> None:
        where = Address.parse(url)
        super().__init__(Transport(where, Fixed(token), where=_prefix(kind), timeout=timeout, patience=patience))
        self.token = token

    def status(self) -> dict[str, Any]:
        """Ask what a glance shows: ``pending``, ``up``, ``now``, ``wait``, ``last``."""
        return self._transport.ask("GET", "status")

    def upload(self, source: "str | os.PathLike[str] | bytes", name: str | None = None) -> Sent:
        """Send a FIT, GPX, TCX or JSON file of up to 100 KB."""
        body = opened(source)
        if body.size > MOST:
            raise Misused(f"a device sends at most {MOST // 1024} KB, this has {-(-body.size // 1024)} KB")
        if name is None and isinstance(source, bytes):
            raise Misused("bytes need a name")
        data = base64.b64encode(b"".join(body.pieces())).decode()
        shown = name or Path(os.fsdecode(source)).name
        return Sent.read(self._post("upload", {"n": nonce(), "name": shown, "file": data}))

    def send(self, name: str, document: Mapping[str, Any] | Sequence[Any]) -> Sent:
        """Send a JSON document."""
        return Sent.read(self._post("upload", {"n": nonce(), "name": name, "json": document}))

    def records(self, records: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        """Send up to 1,000 summaries, day totals and series; ``bad`` of the answer says which were wrong."""
        return self._post("records", {"n": nonce(), "r": list(records)})

    def config(self) -> dict[str, Any]:
        """Get the document that the owner keeps for this device."""
        return inner(self._transport.ask("GET", "config", {"max": _MAX}), "c")

    def waiting(self, *, everything: bool = False) -> Iterator[Waiting]:
        """List the files that wait, newest first; with ``everything`` acknowledged ones too."""
        cursor: str | None = None
        while True:
            query = {"cursor": cursor, "all": everything or None, "max": _MAX}
            page = self._transport.ask("GET", "files", query)
            yield from map(Waiting.read, objects(page, "files"))
            cursor = onward(page, "next", cursor)
            if cursor is None:
                return

    def download(self, file: Waiting, target: Target) -> Path:
        """Fetch a file into the target, or into it where it is a folder; whole and checked, or not at all."""
        path = place(target, file.name)
        for _ in range(_RESTARTS):
            try:
                content = self._content(file)
            except Refused as error:
                if error.word != "gone":  # it changed on the way
                    raise
                continue
            with Part(path) as part:
                part.restart(None)
                part.write(content)
                part.finish()
            return path
        raise NotUnderstood(f"{path.name} changed or came damaged {_RESTARTS} times")

    def ack(self, files: Iterable[Waiting]) -> int:
        """Say that these are here and need not wait; gives how many still do."""
        told = [{"id": file.id, "v": file.version} for file in files]
        return number(self._post("ack", {"files": told}), "pending")

    def _post(self, path: str, document: Mapping[str, Any]) -> dict[str, Any]:
        return self._transport.ask("POST", path, None, document, safe=True)

    def _content(self, file: Waiting) -> bytes:
        """Fetch part by part; raises ``Refused`` (``gone``) where the file changed meanwhile."""
        content = bytearray()
        version: int | None = None
        while True:
            query = {"off": len(content), "v": version, "max": _MAX}
            answer = self._transport.ask("GET", f"download/{file.id}", query)
            if "next" not in _continued(answer, content):
                break
            version = number(answer, "v")
        if f"{zlib.crc32(content):08x}" != text(answer, "crc"):
            raise NotUnderstood(f"{file.name} came damaged")
        return bytes(content)


def _continued(part: Raw, content: bytearray) -> Raw:
    """Add a part to what is there; raises ``NotUnderstood`` for one that does not fit."""
    begin, size, data = len(content), number(part, "s"), _decoded(text(part, "d"))
    end = begin + len(data)
    following = number(part, "next") if "next" in part else size
    if number(part, "off") != begin or following != end or end > size or size > _LARGEST or begin == end < size:
        raise NotUnderstood("the parts of a file do not continue one another")
    content += data
    return part


def pair(
    url: str,
    name: str,
    show: Show,
    *,
    ident: str | None = None,
    kind: str = "iot",
    timeout: float = TIMEOUT,
    patience: Patience | None = None,
) -> Device:
    """Pair this thing: ``show`` gets the code and the page on which its owner types it; waits until that is done.

    ``ident`` is what the gateway knows the thing by: paired again, it is the same one. Without it, what this machine
    and the name are. Raises ``Unconfirmed`` when nobody did it in time.
    """
    waiting = patience or Patience()
    transport = Transport(Address.parse(url), where=_prefix(kind), timeout=timeout, patience=waiting)
    try:
        begun = transport.ask("POST", "pair", None, {"device": ident or _ident(name), "name": name}, safe=True)
        code, key = text(begun, "code"), text(begun, "id")
        show(f"{code[:_HALF]}-{code[_HALF:]}", text(begun, "url"))
        pause = min(max(number(begun, "poll"), _POLLS.start), _POLLS.stop)
        for _ in range(min(number(begun, "ttl"), _LONGEST_PAIRING) // pause + 1):
            answer = transport.ask("GET", "pair", {"id": key})
            if text(answer, "state") == "ready":
                return Device(url, text(answer, "token").strip(), kind=kind, timeout=timeout, patience=patience)
            waiting.sleep(pause)
    finally:
        transport.close()
    raise Unconfirmed(f"nobody confirmed {name} in time")


def _ident(name: str) -> str:
    return hashlib.sha256(f"{socket.gethostname()}/{name}".encode()).hexdigest()[:32]


def _prefix(kind: str) -> str:
    if kind not in KINDS:
        raise Misused(f"a device is one of {', '.join(KINDS)}")
    return f"{API}{kind}/"


def _decoded(data: str) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise NotUnderstood("a part of a file is no base64") from None
