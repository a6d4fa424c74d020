"""``sync``: how things stand, what has happened since, and what a device has done while it was away."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from gateway.errors import BadRequest, TooLarge
from gateway.http.body import Bodies
from gateway.http.fields import needed, nonce, query_number, text, whole
from gateway.http.news import News
from gateway.http.request import Request, Response
from gateway.http.store.feed import Feed, told
from gateway.http.store.paging import size_of_page
from gateway.http.work import Work
from gateway.model import Access, Scope
from gateway.service.paths import PATH_BYTES
from gateway.service.push import MOST, OPS, Pushes, Result, Results, Wish
from gateway.service.sync import PAGE, Counts, Lag, Sync

LONGEST_WAIT: Final = 60
PUSH_BYTES: Final = 524_288
_LARGEST: Final = 1 << 50
_DIGEST: Final = 64
_ID: Final = 12
_ACCEPTED: Final = frozenset({"ok", "same", "conflict"})
_BASE: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Status:
    """How a project stands."""

    scopes: ClassVar = {"GET": Scope.READ}

    sync: Sync
    work: Work

    async def on_get(self, req: Request, resp: Response) -> None:
        """Tell."""
        state = await self.work.read(self.sync.state, req.context.access)
        resp.media = {"ok": True, "cursor": state.cursor.encode(), **_told_counts(state.counts)}


def _told_counts(counts: Counts | None) -> dict[str, Any]:
    if counts is None:
        return {}
    return {
        "files": counts.files,
        "bytes": counts.bytes,
        "quota": {"used": counts.used, **({"limit": counts.quota} if counts.quota else {})},
        "conflicts": counts.conflicts,
        "pending": sum(lag.pending for lag in counts.devices),
        "devices": [_told_lag(lag) for lag in counts.devices],
    }


def _told_lag(lag: Lag) -> dict[str, Any]:
    device = lag.device
    seen = {"last_seen": device.last_seen, "last_sync": device.last_sync, "lag": lag.behind}
    return {
        "id": device.id, "name": device.name, "type": device.type, "pending": lag.pending,
        **{key: value for key, value in seen.items() if value is not None},
    }  # fmt: skip


class Pull:
    """What has happened since."""

    scopes: ClassVar = {"GET": Scope.READ}

    def __init__(
        self, sync: Sync, feed: Feed, work: Work, news: News,
        clock: Callable[[], float] = lambda: asyncio.get_running_loop().time(),
    ) -> None:  # fmt: skip
        self._sync = sync
        self._feed = feed
        self._work = work
        self._news = news
        self._clock = clock

    async def on_get(self, req: Request, resp: Response) -> None:
        """Give the changes behind a cursor; where there are none, wait for some as long as the caller wants."""
        access, limit = req.context.access, size_of_page(req, PAGE)
        until = self._clock() + (query_number(req, "wait", 0, LONGEST_WAIT) or 0)
        pulled = await self._feed.pull(access, req.get_param("cursor") or None, limit)
        if pulled.seq is not None:
            note_pulled(access, pulled.seq, self._sync, self._work)
        stopping: asyncio.Event = req.scope["state"]["stopping"]
        while not (pulled.changes or pulled.more or stopping.is_set()) and (left := until - self._clock()) > 0:
            with self._feed.waiting():
                await self._news.wait(access, pulled.cursor.seq, left, stopping)
            pulled = await self._feed.pull(access, pulled.cursor.encode(), limit)
        resp.media = told(pulled)


def note_pulled(access: Access, seq: int, sync: Sync, work: Work) -> None:
    """Note up to where a device has its home's journal, unless that is known."""
    device = access.device
    if device and device.project == access.project and seq != device.pulled:
        work.note(sync.note(access, seq))


@dataclass(frozen=True, slots=True)
class Push:
    """What a device has done."""

    scopes: ClassVar = {"POST": Scope.WRITE}

    pushes: Pushes
    work: Work
    bodies: Bodies

    async def on_post(self, req: Request, resp: Response) -> None:
        """Do the changes, each for itself, and tell what became of each, in their order."""
        async with self.bodies.json(req, PUSH_BYTES) as body:
            changes = body.get("changes")
            if not isinstance(changes, list):
                raise BadRequest("changes: must be a list")
            if len(changes) > MOST:
                raise TooLarge(f"changes: takes at most {MOST} in one request")
            wishes, results = _read(changes)
        for write in await self.work.read(self.pushes.push, req.context.access, wishes):
            results |= await self.work.commit(write)
        req.exchange.events = sum(result.result in _ACCEPTED for result in results.values())
        resp.media = {"ok": True, "results": [_told_result(results[place]) for place in range(len(changes))]}


def _read(changes: list[Any]) -> tuple[dict[int, Wish], Results]:
    """Read the changes of a request; what cannot be understood is refused by itself."""
    wishes: dict[int, Wish] = {}
    refused: Results = {}
    for place, change in enumerate(changes):
        try:
            wishes[place] = _wish(change)
        except BadRequest as error:
            said = change.get("n") if isinstance(change, dict) else None
            shown = said if isinstance(said, str) and len(said) <= _DIGEST else ""
            refused[place] = Result(shown, "refused", error=error.word, message=error.message)
    return wishes, refused


def _wish(change: object) -> Wish:
    if not isinstance(change, dict):
        raise BadRequest("changes: each must be an object")
    op = needed(text(change, "op"), "op")
    if op not in OPS:
        raise BadRequest(f"op: must be one of {', '.join(OPS)}")
    key, path = needed(nonce(change, "n"), "n"), needed(text(change, "path", longest=PATH_BYTES), "path")
    base, file = whole(change, "base", _BASE) or 0, text(change, "id", longest=_ID)
    if op == "move":
        return Wish(key, op, path, base, to=needed(text(change, "to", longest=PATH_BYTES), "to"), id=file)
    if op == "delete":
        return Wish(key, op, path, base, id=file)
    digest, size = needed(text(change, "sha256", longest=_DIGEST), "sha256"), whole(change, "size", _LARGEST)
    if size is None:
        raise BadRequest("size: is missing")
    try:
        content = bytes.fromhex(digest) if len(digest) == _DIGEST and digest.isalnum() else b""
    except ValueError:
        content = b""
    if not content:
        raise BadRequest("sha256: must be 64 hex digits")
    return Wish(key, op, path, base, sha256=content, size=size, mtime=whole(change, "mtime", 1 << 41), id=file)


def _told_result(result: Result) -> dict[str, Any]:
    file = {"id": result.id, "path": result.path, "version": result.version}
    told: dict[str, Any] = {"n": result.nonce, "result": result.result}
    known = {key: value for key, value in file.items() if value is not None}
    if known:
        told["file"] = known
    if result.settled:
        how = {"settled": result.settled, "copy_path": result.copy, "id": result.conflict}
        told["conflict"] = {key: value for key, value in how.items() if value is not None}
    if result.error:
        told |= {"error": result.error, "m": result.message}
    return told
