"""Which recordings tell of the same workout: a decision over values, whatever the order in which they came.

A run is recorded once and arrives as FIT from the phone, as TCX from a website, as GPX from an app and as a summary
from the watch; what each says differs a little. Two recordings are linked when

- they start within 60 s of each other, and a duration of the one (elapsed or timer) is within 60 s or 10 % of one of
  the other; or, since some exporters write local time as UTC, their starts lie a time zone's quarter-hours apart, up to
  14 h and within 2 s, and both durations and distances agree within 5 %; at least one is a GPX or TCX file then, and
  they do not come from one device, whose clock is one; and
- sports and distances do not contradict: cycling is not running, and distances that both state differ by no more than
  20 % or 100 m. A watch's summary is of what the watch was told and has measured by itself, so that against a file its
  distance does not count, and walking is running.

Links are followed: the recordings of a workout need not all be linked with one another (a site states moving time
alone, an app elapsed time alone, the FIT file both), but none of them contradicts another.
"""

from collections.abc import Iterable
from itertools import combinations
from typing import Final

from gateway.model import Recording

NEAR: Final = 60  # seconds between two starts
ZONES: Final = 14 * 3600  # seconds; no two local times of one moment are further from UTC
ZONE_STEP: Final = 900  # Nepal is 5:45 ahead
ZONE_SLACK: Final = 2

_DURATION: Final = (60.0, 0.10)  # seconds, or the share of the longer
_DISTANCE: Final = (100.0, 0.20)
_SHIFTED: Final = (10.0, 0.05)  # seconds or metres, and share, once the zone has to be guessed

SUMMARY: Final = "act"
TEXT: Final = frozenset({"gpx", "tcx"})
"""Types that exporters write, some of them with local time."""

_FAMILIES: Final = (
    {"running"},
    {"walking", "hiking", "snowshoeing", "mountaineering"},
    {"cycling", "e_biking"},
    {"swimming"},
    {"rowing", "kayaking", "paddling", "stand_up_paddleboarding", "rafting"},
    {"cross_country_skiing", "alpine_skiing", "snowboarding"},
    {"inline_skating", "ice_skating"},
)
"""Sports of which one is not another. Every other word (generic, training, multisport, ...) contradicts none."""
_ON_FOOT: Final = {0, 1}  # families that a summary does not tell apart

Group = frozenset[Recording]


def linked(one: Recording, other: Recording) -> bool:
    """Say whether two recordings by themselves tell of the same workout."""
    if one.start is None or other.start is None or contradict(one, other):
        return False
    apart = abs(one.start - other.start)
    if apart <= NEAR:
        return any(_close(a, b, _DURATION) for a in _durations(one) for b in _durations(other))
    return _zone_apart(apart) and _alike(one, other)


def contradict(one: Recording, other: Recording) -> bool:
    """Say whether two recordings cannot tell of the same workout: another sport, another distance, another hour."""
    if _hours_apart(one, other) and not _may_be_shifted(one, other):
        return True
    summarised = (one.type == SUMMARY) != (other.type == SUMMARY)
    families = {n for n, family in enumerate(_FAMILIES) for r in (one, other) if r.sport in family}
    if len(families) > 1 and not (summarised and families == _ON_FOOT):
        return True
    return (
        not summarised
        and bool(one.distance and other.distance)
        and not _close(one.distance or 0, other.distance or 0, _DISTANCE)
    )


def grouped(recordings: Iterable[Recording]) -> list[Group]:
    """Part recordings into workouts: the closest links first, none that would unite what contradicts.

    The result depends on the recordings alone, not on their order; the groups are sorted.
    """
    ordered = sorted(set(recordings), key=_rank)
    groups = {recording: {recording} for recording in ordered}
    links = [pair for pair in combinations(ordered, 2) if linked(*pair)]
    for one, other in sorted(links, key=lambda pair: (_gap(*pair), _rank(pair[0]), _rank(pair[1]))):
        mine, theirs = groups[one], groups[other]
        if mine is not theirs and not any(contradict(a, b) for a in mine for b in theirs):
            mine |= theirs
            for recording in theirs:
                groups[recording] = mine
    distinct = {id(group): group for group in groups.values()}
    return sorted(map(frozenset, distinct.values()), key=lambda group: min(map(_rank, group)))


def _hours_apart(one: Recording, other: Recording) -> bool:
    """Say whether two starts are as far apart as time zones are."""
    known = one.start is not None and other.start is not None
    return known and abs((one.start or 0) - (other.start or 0)) >= ZONE_STEP - ZONE_SLACK


def _may_be_shifted(one: Recording, other: Recording) -> bool:
    """Say whether one of two recordings may bear local time: a device has one clock, and FIT counts in UTC."""
    return bool(TEXT & {one.type, other.type}) and (one.device is None or one.device != other.device)


def _zone_apart(apart: int) -> bool:
    return apart <= ZONES + ZONE_SLACK and (apart + ZONE_SLACK) % ZONE_STEP <= 2 * ZONE_SLACK


def _alike(one: Recording, other: Recording) -> bool:
    durations = any(_close(a, b, _SHIFTED) for a in _durations(one) for b in _durations(other))
    return (
        durations and bool(one.distance and other.distance) and _close(one.distance or 0, other.distance or 0, _SHIFTED)
    )


def _durations(recording: Recording) -> list[float]:
    return [duration for duration in (recording.elapsed, recording.timer) if duration is not None]


def _close(one: float, other: float, tolerance: tuple[float, float]) -> bool:
    least, share = tolerance
    return abs(one - other) <= max(least, share * max(one, other))


def _gap(one: Recording, other: Recording) -> tuple[int, float]:
    """Measure how close a link is: the starts, then the durations."""
    assert one.start is not None
    assert other.start is not None
    return abs(one.start - other.start), min(abs(a - b) for a in _durations(one) for b in _durations(other))


def _rank(recording: Recording) -> tuple[float, ...] | tuple[float | str, ...]:
    """Order recordings by what they say; unknown comes last."""
    numbers = (recording.start, recording.elapsed, recording.timer, recording.distance)
    words = (word or "" for word in (recording.sport, recording.type, recording.device))
    return (*(float("inf") if number is None else float(number) for number in numbers), *words)
