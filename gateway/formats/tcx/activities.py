"""Writing recordings as TCX activities: sessions, their laps, and the samples of each lap."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import pairwise

from gateway.errors import UnsupportedType
from gateway.formats.quantities import MAX_INT
from gateway.formats.samples import RANGES
from gateway.formats.tcx.trackpoints import MAX_CADENCE, Trackpoints, pulse
from gateway.formats.track import Track
from gateway.formats.xmltext import element, escaped, fixed, moment
from gateway.model import Device, Session

_SPORTS = {"running": "Running", "cycling": "Biking", "e_biking": "Biking"}
_ON_FOOT = frozenset({"running", "walking", "hiking"})
_MULTISPORT = "multisport"
_MAX_SHORT, _MAX_UNIT = 2**16 - 1, 2**32 - 1
_VERSION = re.compile(r"(\d{1,5})\.(\d{1,5})")


@dataclass(slots=True)
class _Lap:
    """What the summary says of a lap, and the indexes of its samples."""

    facts: Session
    samples: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Activity:
    """A session with its laps, by their start."""

    session: Session
    laps: list[_Lap]


def activities(track: Track) -> Iterator[str]:
    """Yield the text of ``Activities``: one a session, together a ``MultiSportSession`` when their sports differ.

    A lap holds what was recorded from its start to the next one's; where the summary has no laps with a start, or two
    sessions with the same one, a session is one lap.
    A second segment in a lap is a second ``Track``; a break where a lap begins does not show. Samples without a time
    are left out. Raises ``UnsupportedType`` when nothing has a time.
    """
    planned = _filled(track)
    points = Trackpoints(track)
    together = len(planned) > 1 and track.summary.sport == _MULTISPORT
    yield "<Activities>\n"
    if together:
        yield f"<MultiSportSession>{element('Id', moment(planned[0].session.start))}\n"
    for number, activity in enumerate(planned):
        around = "NextSport" if number else "FirstSport"
        yield f"<{around}>\n" if together else ""
        yield from _activity(track, activity, points)
        yield f"</{around}>\n" if together else ""
    if together:
        yield "</MultiSportSession>\n"
    yield "</Activities>\n"


def _filled(track: Track) -> list[_Activity]:
    """Spread the samples over the laps of all sessions."""
    times = track.column("time")
    timed = [index for index, time in enumerate(times) if 0 <= time <= MAX_INT]
    planned = _planned(track, int(min(times[index] for index in timed)) if timed else None)
    laps = [lap for activity in planned for lap in activity.laps]
    starts = [_start(lap.facts) for lap in laps]
    for index in timed:
        laps[max(bisect_right(starts, times[index]) - 1, 0)].samples.append(index)
    return planned


def _planned(track: Track, first: int | None) -> list[_Activity]:
    """Return sessions and laps in the order of time, without samples; ``first`` is when the samples begin."""
    summary = track.summary
    sessions = _in_order(summary.sessions)
    if not sessions:
        total = Session(**{each.name: getattr(summary, each.name) for each in fields(Session)})
        start = first if total.start is None else total.start
        if start is None:
            raise UnsupportedType("TCX needs times, and there are none: take GPX or FIT")
        sessions = [replace(total, start=start)]
    starts = [_start(session) for session in sessions]
    laps = _in_order(summary.laps) if len(set(starts)) == len(starts) else []
    bounds = [0, *(bisect_left(laps, start, key=_start) for start in starts[1:]), len(laps)]
    return [
        _Activity(session, list(map(_Lap, _completed(laps[first:last], session))))
        for session, (first, last) in zip(sessions, pairwise(bounds), strict=True)
    ]


def _completed(laps: Sequence[Session], session: Session) -> list[Session]:
    """Let the first lap tell what only the session says: calories, of a single lap everything; no laps are one."""
    if not laps:
        return [session]
    told = [each.name for each in fields(Session)] if len(laps) == 1 else ["calories"]
    untold = [name for name in told if all(getattr(lap, name) is None for lap in laps)]
    return [replace(laps[0], **{name: getattr(session, name) for name in untold}), *laps[1:]]


def _in_order(parts: Sequence[Session]) -> list[Session]:
    """Return sessions or laps by start; none when the start of one is not known."""
    return [] if any(part.start is None for part in parts) else sorted(parts, key=_start)


def _start(part: Session) -> int:
    assert part.start is not None
    return part.start


def _activity(track: Track, activity: _Activity, points: Trackpoints) -> Iterator[str]:
    sport = activity.session.sport or ""
    yield f'<Activity Sport="{_SPORTS.get(sport, "Other")}">{element("Id", moment(activity.session.start))}\n'
    for lap in activity.laps:
        yield from _lap(lap, points, on_foot=sport in _ON_FOOT)
    yield element("Notes", escaped(track.summary.name)) + _creator(track.summary.device) + "</Activity>\n"


def _lap(lap: _Lap, points: Trackpoints, *, on_foot: bool) -> Iterator[str]:
    facts = lap.facts
    seconds = next((each for each in (facts.timer, facts.elapsed) if each is not None), None)
    seconds = _span(points.values("time", lap.samples)) if seconds is None else seconds
    metres = _span(points.values("distance", lap.samples)) if facts.distance is None else facts.distance
    fastest = max(points.values("speed", lap.samples), default=None)
    cadence = fixed(facts.avg_cadence, 0, 0, MAX_CADENCE)
    yield (
        f'<Lap StartTime="{moment(facts.start)}">'
        + element("TotalTimeSeconds", fixed(seconds, 3) or "0")
        + element("DistanceMeters", fixed(metres, 2) or "0")
        + element("MaximumSpeed", fixed(fastest, 3))
        + element("Calories", fixed(facts.calories, 0, 0, _MAX_SHORT) or "0")
        + pulse("AverageHeartRateBpm", facts.avg_hr)
        + pulse("MaximumHeartRateBpm", facts.max_hr)
        + element("Intensity", "Active")
        + element("Cadence", "" if on_foot else cadence)
        + element("TriggerMethod", "Manual")
        + "\n"
    )
    yield from points.tracks(lap.samples, on_foot=on_foot)
    yield element("Extensions", element("ns3:LX", _extension(facts, cadence if on_foot else "", on_foot=on_foot)))
    yield "</Lap>\n"


def _extension(facts: Session, steps: str, *, on_foot: bool) -> str:
    most = fixed(facts.max_cadence, 0, 0, MAX_CADENCE)
    return (
        element("ns3:MaxBikeCadence", "" if on_foot else most)
        + element("ns3:AvgRunCadence", steps)
        + element("ns3:MaxRunCadence", most if on_foot else "")
        + element("ns3:AvgWatts", fixed(facts.avg_power, 0, *RANGES["power"]))
        + element("ns3:MaxWatts", fixed(facts.max_power, 0, *RANGES["power"]))
    )


def _span(values: Sequence[float]) -> float:
    return max(values) - min(values) if values else 0.0


def _creator(device: Device | None) -> str:
    """Return the device; one without a name is none. TCX wants numbers of product and version: 0 is unknown."""
    name = escaped(device.product or device.manufacturer) if device else ""
    if device is None or not name:
        return ""
    found = _VERSION.fullmatch(device.software or "")
    major, minor = (min(int(part), _MAX_SHORT) for part in found.groups()) if found else (0, 0)
    version = element("VersionMajor", str(major)) + element("VersionMinor", str(minor))
    numbers = element("UnitId", fixed(device.serial, 0, 0, _MAX_UNIT) or "0") + element("ProductID", "0")
    return f'<Creator xsi:type="Device_t">{element("Name", name)}{numbers}{element("Version", version)}</Creator>\n'
