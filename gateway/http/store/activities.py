"""``activities``: the index of what was done, what it amounts to, and each activity in the format that is wanted."""

from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, BinaryIO, ClassVar, Final

import falcon

from gateway.errors import BadRequest, NotFound
from gateway.http.encodings import takes_gzip
from gateway.http.fields import query_number
from gateway.http.request import Request, Response
from gateway.http.store.paging import opaque, place, size_of_page
from gateway.http.store.sending import attach, compressed, pour
from gateway.http.store.told import known, told_file, told_sum, told_summary, told_workout
from gateway.http.work import Work
from gateway.model import Scope
from gateway.service.activities import PAGE, Activities, Wanted, boxes_of
from gateway.service.exports import COLUMNS, FORMATS, Chosen, Exports, length
from gateway.service.periods import moment_of, zone

_LEAST_POINTS: Final = 2
_MOST_POINTS: Final = 1_000_000
_AT_ONCE: Final = 1024 * 1024  # bytes that are sent as one piece, compressed where the client takes it
_BINARY: Final = "fit"


@dataclass(frozen=True, slots=True)
class ActivityList:
    """A page of the index."""

    scopes: ClassVar = {"GET": Scope.READ}

    activities: Activities
    work: Work

    async def on_get(self, req: Request, resp: Response) -> None:
        """List activities that fit, newest first; a page may be short, even empty, while there are more."""
        wanted, before = _wanted(req), _before(req)
        page = await self.work.read(self.activities.page, req.context.access, wanted, before, size_of_page(req, PAGE))
        body: dict[str, Any] = {"ok": True, "activities": list(map(told_workout, page.activities))}
        if page.before is not None:
            body["cursor"] = opaque(str(page.before))
        resp.media = body


@dataclass(frozen=True, slots=True)
class ActivityTotals:
    """What was done by week, by month and so on."""

    scopes: ClassVar = {"GET": Scope.READ}

    activities: Activities
    work: Work

    async def on_get(self, req: Request, resp: Response) -> None:
        """Sum up, newest first."""
        by, wanted = req.get_param("by") or "week", _wanted(req)
        if wanted.device or wanted.boxes or wanted.text:
            raise BadRequest("totals: take from, to and sport, not device, bbox and q")
        sums = await self.work.read(self.activities.totals, req.context.access, by, wanted, _zone(req))
        resp.media = {"ok": True, "by": by, "totals": list(map(told_sum, sums))}


@dataclass(frozen=True, slots=True)
class OneActivity:
    """All about one."""

    scopes: ClassVar = {"GET": Scope.READ}

    activities: Activities
    work: Work

    async def on_get(self, req: Request, resp: Response, activity_id: str) -> None:
        """Tell, with the files and summaries that tell of it."""
        told = await self.work.read(self.activities.told, req.context.access, activity_id)
        files = [told_file(entry) | known(kind=version.facts.kind) for entry, version in told.files]
        resp.media = {
            "ok": True,
            "activity": told_workout(told.workout),
            **known(summary=told_summary(told.files[0][1].facts.summary) if told.files else None),
            "files": files,
            "summaries": [{"device": device, **body} for device, body in told.summaries],
        }


@dataclass(frozen=True, slots=True)
class ActivityTrack:
    """The samples of one, as columns."""

    scopes: ClassVar = {"GET": Scope.READ}

    exports: Exports
    work: Work

    async def on_get(self, req: Request, resp: Response, activity_id: str) -> None:
        """Give all, or the ``points`` that tell most."""
        _, opened = await _made(req, self.exports, self.work, activity_id, COLUMNS)
        resp.content_type = falcon.MEDIA_JSON
        await _send(req, resp, self.work, opened, compress=True)


@dataclass(frozen=True, slots=True)
class ActivityExport:
    """One as a file."""

    scopes: ClassVar = {"GET": Scope.READ}

    exports: Exports
    work: Work

    async def on_get(self, req: Request, resp: Response, activity_id: str, ending: str) -> None:
        """Give it in the format that the ending says; a file that is of that format comes as it was sent."""
        if ending not in FORMATS:
            raise NotFound(f"export: takes {', '.join(FORMATS)}")
        chosen, opened = await _made(req, self.exports, self.work, activity_id, ending)
        attach(resp, chosen.name(ending), ending)
        resp.set_header("Accept-Ranges", "none")
        await _send(req, resp, self.work, opened, compress=ending != _BINARY)


async def _made(req: Request, exports: Exports, work: Work, activity: str, wanted: str) -> tuple[Chosen, BinaryIO]:
    points = query_number(req, "points", _LEAST_POINTS, _MOST_POINTS) or 0
    chosen = await work.read(exports.choose, req.context.access, activity, wanted, points)
    make = work.read if chosen.quick else work.long
    return chosen, await make(exports.make, chosen)


async def _send(req: Request, resp: Response, work: Work, opened: BinaryIO, *, compress: bool) -> None:
    """Answer with an open file, a long one piece by piece."""
    size = length(opened)
    if compress:
        resp.set_header("Vary", "Accept-Encoding")
    if size > _AT_ONCE:
        pour(req, resp, opened, 0, size, work)
        return
    with opened:
        data = await work.read(opened.read)
    resp.data = await compressed(resp, data, work) if compress and takes_gzip(req) else data


def _wanted(req: Request) -> Wanted:
    zoned = _zone(req)
    return Wanted(
        _moment(req, "from", zoned), _moment(req, "to", zoned), req.get_param("sport") or None,
        req.get_param("device") or None, boxes_of(box) if (box := req.get_param("bbox")) else (),
        req.get_param("q") or None,
    )  # fmt: skip


def _zone(req: Request) -> tzinfo | None:
    return zone(req.get_param("tz") or None)


def _moment(req: Request, key: str, zoned: tzinfo | None) -> int | None:
    """Read a moment of the query; a day under ``to`` counts up to its end."""
    text = (req.get_param(key) or "").strip().replace(" ", "+")  # what a + becomes that nobody has escaped
    if not text:
        return None
    try:
        return moment_of(text, zoned, last=key == "to")
    except (ValueError, OverflowError):
        raise BadRequest(f"{key}: must be Unix seconds, or a date or time like 2026-05-01T07:15") from None


def _before(req: Request) -> int | None:
    text = place(req)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 19:  # noqa: PLR2004  digits of a key
        raise BadRequest("cursor: is not one that the gateway gave")
    return min(int(text), (1 << 63) - 1)
