"""``files``, ``download``, ``ack`` and ``config``: files on their way to a watch."""

from collections.abc import Iterable
from functools import partial
from typing import Any, Final

import pybase64

from gateway.errors import BadRequest, TooLarge
from gateway.http.body import Bodies
from gateway.http.conversion import Converting
from gateway.http.fields import LARGEST, query_cursor, query_number, text, whole
from gateway.http.media import ascii_only, dump
from gateway.http.request import Request, Response
from gateway.http.watch.fields import answer_limit, query_type
from gateway.http.watch.names import NAME_BYTES, cut, short_name
from gateway.http.work import Work
from gateway.model import FileEntry, PairedDevice
from gateway.service.deliveries import Deliveries, Listing
from gateway.service.devices import Caller
from gateway.service.offers import Offer

LEAST_ENTRY: Final = 60  # bytes; no list entry is shorter
_ACKS: Final = 1000


class Files:
    """The list of what waits."""

    def __init__(self, deliveries: Deliveries, work: Work, converting: Converting) -> None:
        self._deliveries = deliveries
        self._work = work
        self._converting = converting

    async def on_get(self, req: Request, resp: Response) -> None:
        """List a page, newest first, as many entries as fit."""
        limit = answer_limit(req)
        device = req.context.caller.device
        acknowledged = req.get_param("all") == "1"
        listing = Listing(limit // LEAST_ENTRY + 1, query_cursor(req), query_type(req), acknowledged)
        waiting = self._deliveries.newest_at_hand(device, listing)
        if waiting is None:
            waiting = await self._work.read(self._deliveries.newest, device, listing)
        if waiting.unprepared:
            await self._converting.prepare(device, waiting.unprepared)
            waiting = await self._work.read(self._deliveries.newest, device, listing)
        resp.data = page(waiting.files, limit)


def page(entries: Iterable[FileEntry], limit: int) -> bytes:
    """Encode the entries that fit in ``limit`` bytes; ``next`` names the last of them where there are more."""
    parts: list[bytes] = []
    size, cursor = len(b'{"ok":true,"files":[]}'), b""
    for entry in entries:
        part = dump(_listed(entry))
        more = b',"next":"%d.%b"' % (entry.time, entry.id.encode())
        if size + len(part) + (1 if parts else 0) + len(more) > limit:
            return b'{"ok":true,"files":[' + b",".join(parts) + b"]" + cursor + b"}"
        size += len(part) + (1 if parts else 0)
        parts.append(part)
        cursor = more
    return b'{"ok":true,"files":[' + b",".join(parts) + b"]}"


def _listed(entry: FileEntry) -> dict[str, Any]:
    return {
        "id": entry.id, "n": short_name(entry.name), "f": cut(entry.folder, NAME_BYTES), "y": entry.type,
        "s": entry.size, "t": entry.time, "v": entry.version,
    }  # fmt: skip


class Download:
    """A file part by part, as base64, or a document as it is."""

    def __init__(self, deliveries: Deliveries, work: Work, converting: Converting) -> None:
        self._deliveries = deliveries
        self._work = work
        self._converting = converting

    async def on_get(self, req: Request, resp: Response, key: str) -> None:
        """Give the part at ``off``, as long as fits."""
        limit = answer_limit(req)
        offset = query_number(req, "off", 0, LARGEST) or 0
        version = query_number(req, "v", 1, LARGEST)
        device = req.context.caller.device
        if req.get_param("as") == "json":
            resp.data = await self._work.read(self._document, device, key, version, limit)
        elif offset and version is None:
            raise BadRequest("v: is needed with off, so that parts of one version come together")
        else:
            look = partial(self._part, device, key, version, offset, limit)
            _, resp.data = await self._converting.ready(device, look)

    async def _part(
        self, device: PairedDevice, key: str, version: int | None, offset: int, limit: int
    ) -> tuple[Offer, bytes]:
        """Give an offer, with the answer where it is ready; some pages of the database cost less than a thread."""
        offer = self._deliveries.find(device, key, version)
        if not offer.ready:
            return offer, b""
        entry = offer.file
        if offset > entry.size or (offset and offset == entry.size):
            raise BadRequest(f"off: the file has {entry.size} bytes")
        body = _described(offer) | {"off": offset, "d": ""}
        if offset:
            del body["n"]
        room = (limit - len(dump(body | {"next": entry.size}))) // 4 * 3
        data = self._deliveries.read(offer, offset, min(room, entry.size - offset))
        body["d"] = pybase64.b64encode(data).decode("ascii")
        if offset + len(data) < entry.size:
            body["next"] = offset + len(data)
        return offer, dump(body)

    def _document(self, device: PairedDevice, key: str, version: int | None, limit: int) -> bytes:
        offer = self._deliveries.find(device, key, version)
        return _with_document(_described(offer), "j", self._deliveries.document(offer.file), limit)


def _described(offer: Offer) -> dict[str, Any]:
    entry = offer.file
    return {
        "ok": True, "id": entry.id, "n": short_name(entry.name), "y": entry.type, "v": entry.version,
        "s": entry.size, "crc": f"{offer.crc32:08x}",
    }  # fmt: skip


def _with_document(body: dict[str, Any], key: str, document: bytes, limit: int) -> bytes:
    """Put the owner's document into an answer as it stands: its numbers and the order of its keys are the owner's."""
    data = dump(body)[:-1] + b',"%b":%b}' % (key.encode(), ascii_only(document))
    if len(data) > limit:
        raise TooLarge(f"the document takes {len(data)} bytes, max is {limit}")
    return data


class Ack:
    """What has arrived."""

    def __init__(self, deliveries: Deliveries, work: Work, bodies: Bodies) -> None:
        self._deliveries = deliveries
        self._work = work
        self._bodies = bodies

    async def on_post(self, req: Request, resp: Response) -> None:
        """Note it."""
        answer_limit(req)
        async with self._bodies.json(req) as body:
            files = body.get("files")
        if not isinstance(files, list) or len(files) > _ACKS:
            raise BadRequest(f"files: must be a list of at most {_ACKS} entries")
        caller = req.context.caller
        await _acknowledge(self._deliveries, self._work, caller, list(map(_acked, files)))
        pending = await self._work.read(self._deliveries.pending, caller.device)
        resp.media = {"ok": True, "pending": pending}


async def _acknowledge(deliveries: Deliveries, work: Work, caller: Caller, files: list[tuple[str, int]]) -> None:
    """Note what is new; a repetition, which is most of them, costs no write."""
    news = await work.read(deliveries.news, caller.device, files)
    if news:
        await work.write(deliveries.ack, caller, news)


def _acked(item: object) -> tuple[str, int]:
    if not isinstance(item, dict):
        raise BadRequest("files: each entry must be an object")
    key, version = text(item, "id"), whole(item, "v")
    if key is None or version is None:
        raise BadRequest(f"{'id' if key is None else 'v'}: is missing in files")
    return key, version


class Config:
    """The device's own document."""

    def __init__(self, deliveries: Deliveries, work: Work) -> None:
        self._deliveries = deliveries
        self._work = work

    async def on_get(self, req: Request, resp: Response) -> None:
        """Give it, unless the device has it; ``have`` acknowledges."""
        caller, limit = req.context.caller, answer_limit(req)
        entry = await self._work.read(self._deliveries.config, caller.device)
        version = f"{entry.id}.{entry.version}"
        if req.get_param("have") == version:
            await _acknowledge(self._deliveries, self._work, caller, [(entry.id, entry.version)])
            resp.media = {"ok": True, "v": version, "same": True}
            return
        document = await self._work.read(self._deliveries.document, entry)
        resp.data = _with_document({"ok": True, "v": version}, "c", document, limit)
