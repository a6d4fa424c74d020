"""What several sessions or laps amount to."""

from collections.abc import Callable, Iterable, Sequence

from gateway.formats.quantities import whole, within
from gateway.model import Session

_NO_SPORT = "transition"


def combine(sessions: Sequence[Session]) -> Session:
    """Make one session of many: sums, maxima, means weighted by time; one session is its own total.

    Different sports make ``multisport``, transitions left out.
    """
    if len(sessions) == 1:
        return sessions[0]
    return Session(
        sport=_sport(sessions),
        sub_sport=_same(session.sub_sport for session in sessions),
        start=min((session.start for session in sessions if session.start is not None), default=None),
        elapsed=_total(sessions, lambda session: session.elapsed),
        timer=_total(sessions, lambda session: session.timer),
        moving=_total(sessions, lambda session: session.moving),
        distance=_total(sessions, lambda session: session.distance),
        ascent=_total(sessions, lambda session: session.ascent),
        descent=_total(sessions, lambda session: session.descent),
        avg_hr=_mean(sessions, lambda session: session.avg_hr),
        max_hr=_most(session.max_hr for session in sessions),
        avg_power=_mean(sessions, lambda session: session.avg_power),
        max_power=_most(session.max_power for session in sessions),
        avg_cadence=_mean(sessions, lambda session: session.avg_cadence),
        max_cadence=_most(session.max_cadence for session in sessions),
        calories=whole(_total(sessions, lambda session: session.calories)),
    )


def _sport(sessions: Sequence[Session]) -> str | None:
    sports = {session.sport for session in sessions} - {_NO_SPORT, None}
    if len(sports) > 1:
        return "multisport"
    return next(iter(sports), None)


def _same(words: Iterable[str | None]) -> str | None:
    distinct = set(words)
    return distinct.pop() if len(distinct) == 1 else None


def _total(sessions: Sequence[Session], value: Callable[[Session], float | None]) -> float | None:
    known = [number for session in sessions if (number := value(session)) is not None]
    return within(sum(known)) if known else None


def _most(numbers: Iterable[int | None]) -> int | None:
    return max((number for number in numbers if number is not None), default=None)


def _mean(sessions: Sequence[Session], value: Callable[[Session], int | None]) -> int | None:
    weight = weighted = 0.0
    for session in sessions:
        number = value(session)
        if number is not None:
            seconds = session.timer or session.elapsed or 1.0
            weight += seconds
            weighted += seconds * number
    return whole(weighted / weight) if weight else None
