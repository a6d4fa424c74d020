"""The messages that close a FIT activity: laps, sessions, and one for the whole."""

from collections.abc import Sequence
from dataclasses import replace
from math import isnan

from gateway.formats.fit import profile
from gateway.formats.fit.encoding import Encoder, Value
from gateway.formats.fit.parts import Columns, Part
from gateway.formats.fit.written import (
    ACTIVITY,
    ACTIVITY_EVENT,
    LAP,
    LAP_EVENT,
    LAST_LAP,
    MANUAL_LAP,
    SESSION,
    SESSION_EVENT,
    STOP,
)

_MANUAL, _SEVERAL_SPORTS = 0, 1
_SAME_NAMES = (
    "distance", "moving", "calories", "ascent", "descent", "avg_hr", "max_hr", "avg_power", "max_power", "avg_cadence",
    "max_cadence",
)  # fmt: skip


def write_lap(encoder: Encoder, columns: Columns, lap: Part, *, index: int, last: bool) -> None:
    """Append a lap; ``last`` of its session."""
    ends = {"event": LAP_EVENT, "event_type": STOP, "trigger": LAST_LAP if last else MANUAL_LAP}
    encoder.write(LAP, _values(columns, lap) | ends | {"index": index})


def write_session(encoder: Encoder, columns: Columns, session: Part, *, index: int, first_lap: int, laps: int) -> None:
    """Append a session, which has ``laps`` laps from number ``first_lap`` on; FIT wants a sport, so ``generic``."""
    sport = profile.sport_number(session.totals.sport) or 0
    ends: dict[str, Value] = {"event": SESSION_EVENT, "event_type": STOP, "trigger": 0, "sport": sport}
    encoder.write(SESSION, _values(columns, session) | ends | {"index": index, "first_lap": first_lap, "laps": laps})


def write_whole(encoder: Encoder, *, sessions: int, timer: float, end: float) -> None:
    """Append the activity message; the local time is not known, and so not written."""
    kind = _SEVERAL_SPORTS if sessions > 1 else _MANUAL
    ends = {"event": ACTIVITY_EVENT, "event_type": STOP}
    encoder.write(ACTIVITY, {"timestamp": end, "timer": timer, "sessions": sessions, "type": kind, **ends})


def by_session(sessions: Sequence[Part], laps: Sequence[Part]) -> list[list[Part]]:
    """Give each session the laps that start in it, and a session without one a lap that is like it."""
    own: list[list[Part]] = [[] for _ in sessions]
    for lap in laps:
        begun = sum(session.start <= lap.start for session in sessions)
        number = max(begun - 1, 0)
        own[number].append(_of_sport(lap, sessions[number]))
    return [found or [session] for session, found in zip(sessions, own, strict=True)]


def _of_sport(lap: Part, session: Part) -> Part:
    if lap.totals.sport is not None:
        return lap
    return replace(lap, totals=replace(lap.totals, sport=session.totals.sport, sub_sport=session.totals.sub_sport))


def _values(columns: Columns, part: Part) -> dict[str, Value]:
    totals = part.totals
    values: dict[str, Value] = {name: getattr(totals, name) for name in _SAME_NAMES}
    values |= {"timestamp": part.end, "start": totals.start, "elapsed": totals.elapsed, "timer": totals.timer}
    values |= {
        "sport": profile.sport_number(totals.sport),
        "sub_sport": profile.sub_sport_number(totals.sub_sport),
        "max_speed": max((speed for speed in _stretch(columns, "speed", part) if speed >= 0), default=None),
    }
    if totals.distance is not None and totals.timer:
        values["avg_speed"] = totals.distance / totals.timer
    return values | _ends(columns, part)


def _ends(columns: Columns, part: Part) -> dict[str, Value]:
    pairs = zip(_stretch(columns, "lat", part), _stretch(columns, "lon", part), strict=True)
    places = [place for place in pairs if not isnan(place[0])]
    if not places:
        return {}
    (south, west), (north, east) = places[0], places[-1]
    return {"start_lat": south, "start_lon": west, "end_lat": north, "end_lon": east}


def _stretch(columns: Columns, name: str, part: Part) -> Sequence[float]:
    return columns[name][part.first : part.behind] if name in columns else ()
