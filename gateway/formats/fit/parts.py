"""The sessions and laps of an activity that is written: what is given, completed by what the samples show."""

from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from math import nan

from gateway.formats.quantities import within
from gateway.formats.samples import RANGES, Samples
from gateway.formats.track import Column
from gateway.model import Session

Columns = Mapping[str, Column]


@dataclass(frozen=True, slots=True)
class Part:
    """A session or lap: its samples, from ``first`` to before ``behind``, and what it amounts to.

    Its start (Unix time) and its durations are known.
    """

    first: int
    behind: int
    totals: Session

    @property
    def start(self) -> int:
        """The first second, in Unix time."""
        return self.totals.start or 0

    @property
    def end(self) -> float:
        """The last moment, in Unix time."""
        return self.start + (self.totals.elapsed or 0)


def divided(columns: Columns, breaks: Sequence[int], given: Sequence[Session], first: int = 0) -> list[Part]:
    """Give each session or lap its samples, from ``first`` on: those from its start to that of the next one.

    ``columns`` are those of ``recording.columns_of``. Several sessions need their starts, and one without samples too.
    """
    times = columns.get("time", array("d"))
    ordered = sorted(given, key=_start)
    firsts = [bisect_left(times, _start(session), first) if index else first for index, session in enumerate(ordered)]
    parts = []
    for session, after, start, behind in zip(
        ordered, [*ordered, None][1:], firsts, [*firsts, len(times)][1:], strict=True
    ):
        measured = _measured(columns, breaks, start, behind)
        if after is not None:
            measured = replace(measured, elapsed=float(_start(after) - _start(session)))
        parts.append(
            Part(start, max(start, behind), _completed(session, measured, _pauses(times, breaks, start, behind)))
        )
    return parts


def _pauses(times: Column, breaks: Sequence[int], first: int, behind: int) -> float:
    """Return the seconds from the samples of a stretch to the next ones of which nothing is known."""
    return sum(times[index] - times[index - 1] for index in breaks if first < index <= behind and index < len(times))


def _start(session: Session) -> int:
    return session.start or 0


def _completed(given: Session, measured: Session, pauses: float) -> Session:
    """Take what is given, and what was measured for the rest; the timer stands still in pauses."""
    stated = {field.name: value for field in fields(Session) if (value := getattr(given, field.name)) is not None}
    session = replace(measured, **{"timer": None} | stated)
    elapsed = session.elapsed or 0.0
    return replace(
        session, elapsed=elapsed, timer=max(elapsed - pauses, 0.0) if session.timer is None else session.timer
    )


def _measured(columns: Columns, breaks: Sequence[int], first: int, behind: int) -> Session:
    """Return what the samples of a stretch show."""
    samples = Samples()
    usable = {name: _usable(columns[name][first:behind], *RANGES[name]) for name in RANGES if name in columns}
    usable["time"] = columns.get("time", array("d"))[first:behind]
    samples.extend(len(usable["time"]), usable)
    samples.breaks = [index - first for index in breaks if first < index < behind]
    session = samples.session()
    stated = _way(columns.get("distance", array("d")), first, behind)
    return session if stated is None else replace(session, distance=stated)


def _usable(column: Column, low: float, high: float) -> Column:
    return array("d", [value if low <= value <= high else nan for value in column])


def _way(distances: Column, first: int, behind: int) -> float | None:
    """Return the metres of a stretch, up to the next one's first sample unless distances begin anew there."""
    known = [value for value in distances[first:behind] if value >= 0]
    if not known:
        return None
    after = next((value for value in distances[behind:] if value >= 0), 0.0)
    return within(max(known[-1], after) - (known[0] if first else 0.0))
