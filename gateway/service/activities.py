"""The index of activities: pages by time, sport, device, place and text, totals, and one activity with all its sources.

A page costs what its entries cost, however many activities there are. A key of one folder sees no activities: files of
one workout may lie anywhere.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any, Final

from gateway.errors import BadRequest, NotFound
from gateway.formats.sports import fit_sport
from gateway.model import Access, FileEntry, Totals, Version, Workout
from gateway.service.cells import Box, meets
from gateway.service.clock import Clock, unix_time
from gateway.service.indexing import LOOK as SOURCES
from gateway.service.periods import USUAL, periods
from gateway.service.terms import query
from gateway.store import Store, Transaction
from gateway.store.workouts import span

PAGE: Final = 500  # activities at most
LOOK: Final = 2000
"""Activities that are looked at for one page. Where fewer fit, the page is short, and the next one goes on there."""

BY: Final = (*USUAL, "sport")
_ID: Final = re.compile(r"[a-z2-7]{12}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What activities are looked for; None: any. They begin in [begin, end) and lie, in part, in one of ``boxes``."""

    begin: int | None = None
    end: int | None = None
    sport: str | None = None
    device: str | None = None
    boxes: tuple[Box, ...] = ()
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some activities, newest first, and where to go on; None: there are no more."""

    activities: tuple[Workout, ...]
    before: int | None


@dataclass(frozen=True, slots=True)
class Sum:
    """What a period amounts to, a row a sport; ``day`` is its first, None: all time."""

    day: date | None
    begin: int
    end: int
    sports: tuple[Totals, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """All about an activity: its row, its files, the one that tells most first, and its watches' own summaries."""

    workout: Workout
    files: tuple[tuple[FileEntry, Version], ...]
    summaries: tuple[tuple[str, dict[str, Any]], ...]


class Activities:
    """Reading the index."""

    def __init__(self, store: Store, clock: Clock = unix_time) -> None:
        self._store = store
        self._clock = clock

    def page(self, access: Access, wanted: Wanted, before: int | None, limit: int) -> Page:
        """Give activities that fit, newest first, behind a place; raises ``BadRequest`` and ``NotFound``."""
        _needs_all(access)
        with self._store.read() as transaction:
            found: list[Workout] = []
            last = None
            for looked, (key, workout) in enumerate(_candidates(transaction, access, wanted, before)):
                if len(found) == limit or looked == LOOK:
                    return Page(tuple(found), last)
                last = key
                if not wanted.boxes or _lies_in(workout, wanted.boxes):
                    found.append(workout)
        return Page(tuple(found), None)

    def totals(self, access: Access, by: str, wanted: Wanted, zone: tzinfo | None = None) -> list[Sum]:
        """Sum up by day, week, month or year, newest first, or by ``sport`` over all time.

        Periods in which nothing was done are told too. Of ``wanted`` time and sport count. Raises ``BadRequest``,
        ``NotFound``.
        """
        _needs_all(access)
        if by not in BY:
            raise BadRequest(f"by: must be one of {', '.join(BY)}")
        now = self._clock()
        with self._store.read() as transaction:
            if by == "sport":
                first, last = transaction.workouts.bounds(access.project) or (now, now)
                begin, end = wanted.begin or first, last + 1 if wanted.end is None else wanted.end
                return [Sum(None, begin, end, _sums(transaction, access, wanted, begin, end))]
            return [
                Sum(period.day, period.begin, period.end, _sums(transaction, access, wanted, period.begin, period.end))
                for period in periods(by, wanted.begin, wanted.end, now, zone)
            ]

    def told(self, access: Access, activity: str) -> Told:
        """Tell all about an activity; raises ``NotFound``."""
        _needs_all(access)
        with self._store.read() as transaction:
            workout = transaction.workouts.find(access.project, activity)
            if workout is None:
                raise NotFound("no such activity")
            files, summaries = _sources(transaction, access, activity)
        files.sort(key=lambda pair: pair[0].id != workout.file)
        return Told(workout, tuple(files), tuple(summaries))


def boxes_of(text: str) -> tuple[Box, ...]:
    """Read west, south, east, north in degrees (RFC 7946, section 5), as boxes that no date line crosses.

    Raises ``BadRequest``.
    """
    try:
        west, south, east, north = map(float, text.split(","))
    except ValueError:
        raise BadRequest("bbox: must be west,south,east,north in degrees") from None
    if not (-90 <= south <= north <= 90 and all(-180 <= value <= 180 for value in (west, east))):  # noqa: PLR2004
        raise BadRequest("bbox: must be west,south,east,north in degrees")
    if west <= east:
        return ((south, west, north, east),)
    return ((south, west, north, 180.0), (south, -180.0, north, east))


def _candidates(
    transaction: Transaction, access: Access, wanted: Wanted, before: int | None
) -> Iterator[tuple[int, Workout]]:
    devices = None if wanted.device is None else _devices(transaction, access, wanted.device)
    words = query(access.project, sport=wanted.sport, devices=devices, boxes=wanted.boxes, text=wanted.text)
    within = span(wanted.begin, wanted.end, before)
    if words is None:
        return transaction.workouts.newest(access.project, within, LOOK + 1)
    return transaction.workouts.matching(access.project, within, words, LOOK + 1)


def _devices(transaction: Transaction, access: Access, said: str) -> list[str]:
    """Give the ids of a device or key by its id or name; of one that is revoked, or nobody's, what was said."""
    known = {device.id: device.name for device in transaction.devices.all(access.user)}
    known |= {key.id: key.name for key in transaction.keys.all(access.user)}
    named = [sender for sender, name in known.items() if said == sender or said.casefold() == name.casefold()]
    return named or ([said] if _ID.fullmatch(said) else [])


def _lies_in(workout: Workout, boxes: tuple[Box, ...]) -> bool:
    return workout.bbox is not None and any(meets(workout.bbox, box) for box in boxes)


def _sums(transaction: Transaction, access: Access, wanted: Wanted, begin: int, end: int) -> tuple[Totals, ...]:
    """Sum up one period, as far as it was asked for."""
    begin = begin if wanted.begin is None else max(begin, wanted.begin)
    end = end if wanted.end is None else min(end, wanted.end)
    if wanted.sport is None:
        return tuple(transaction.workouts.totals(access.project, begin, end))
    sports = [word for word in fit_sport(wanted.sport) if word]
    return tuple(transaction.workouts.totals(access.project, begin, end, sports)) if sports else ()


def _sources(
    transaction: Transaction, access: Access, activity: str
) -> tuple[list[tuple[FileEntry, Version]], list[tuple[str, dict[str, Any]]]]:
    files, summaries = [], []
    _, sources = transaction.recordings.sources(activity, SOURCES) or ("", [])
    for source in sources:
        entry = transaction.files.by_id(access.project, source.id)
        version = transaction.versions.find(entry.id, entry.version) if entry else None
        if entry and version:
            files.append((entry, version))
        elif found := transaction.records.find(source.id):
            summaries.append(found[:2])
    return files, summaries


def _needs_all(access: Access) -> None:
    if access.folder is not None:
        raise NotFound("a key of one folder sees no activities")
