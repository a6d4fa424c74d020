"""Spans of time as people count them: weeks that begin on Monday, months, years, in some time zone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gateway.errors import BadRequest

MOST: Final = 600
"""Periods in one answer: 50 years of months."""
USUAL: Final = {"day": 30, "week": 12, "month": 12, "year": 10}
"""Periods up to today where nobody says from when."""

_LAST: Final = 2**31 - 1  # seconds; no activity begins later


@dataclass(frozen=True, slots=True)
class Period:
    """A span of time with its first day: [begin, end) in Unix seconds."""

    day: date
    begin: int
    end: int


def zone(name: str | None) -> tzinfo | None:
    """Give a time zone by its name, like Europe/Vienna; None: the machine's own. Raises ``BadRequest``."""
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadRequest("tz: is no time zone that is known here, write it like Europe/Vienna") from None


def periods(by: str, begin: int | None, end: int | None, now: int, zone: tzinfo | None) -> list[Period]:
    """List the periods that have a part in [begin, end), newest first.

    ``by`` is one of ``USUAL``. Without a begin there are as many as usual, without an end the last is that of ``now``.
    Raises ``BadRequest`` for more than ``MOST``.
    """
    last = _first_day(by, _day((now if end is None else max(end - 1, 0)), zone))
    first = None if begin is None else _first_day(by, _day(begin, zone))
    found: list[Period] = []
    for day in _backwards(by, last):
        if (first is None and len(found) == USUAL[by]) or (first is not None and day < first):
            break
        if len(found) == MOST:
            raise BadRequest(f"from: gives more than {MOST} {by}s, ask for fewer")
        found.append(Period(day, _moment(day, zone), _moment(_next(by, day), zone)))
    return found


def moment_of(text: str, zone: tzinfo | None, *, last: bool = False) -> int:
    """Read a moment: Unix seconds, a day, or ISO 8601; without a zone of its own it is in ``zone``.

    A day is its beginning, as the ``last`` of several its end. Raises ``ValueError``, ``OverflowError``.
    """
    if text.isascii() and text.isdigit() and len(text) <= 10:  # noqa: PLR2004  digits of a Unix time
        return min(int(text), _LAST)
    moment = datetime.fromisoformat(text)
    if last and len(text) == len("2026-05-01"):
        moment += timedelta(days=1)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return min(max(int(moment.timestamp()), 0), _LAST)


def _day(seconds: int, zone: tzinfo | None) -> date:
    return datetime.fromtimestamp(min(seconds, _LAST), zone).date()  # None: the machine's own zone


def _moment(day: date, zone: tzinfo | None) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


def _first_day(by: str, day: date) -> date:
    return _FIRST[by](day)


_FIRST: Final[dict[str, Callable[[date], date]]] = {
    "day": lambda day: day,
    "week": lambda day: day - timedelta(days=day.weekday()),
    "month": lambda day: day.replace(day=1),
    "year": lambda day: day.replace(month=1, day=1),
}
_LONGER: Final = {"day": 1, "week": 7, "month": 31, "year": 366}  # days after which the next one has begun


def _next(by: str, first: date) -> date:
    return _first_day(by, first + timedelta(days=_LONGER[by]))


def _backwards(by: str, day: date) -> Iterator[date]:
    while day.year >= 1970:  # noqa: PLR2004  where Unix time begins
        yield day
        day = _first_day(by, day - timedelta(days=1))
