"""From a damaged FIT file to one that is whole: what is sound stays byte for byte, what is missing at its end is made.

A watch that dies leaves records without the laps, the session and the activity that it writes when it stops.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

from gateway.errors import FormatError
from gateway.formats.fit.closing import write_lap, write_session, write_whole
from gateway.formats.fit.encoding import Encoder, framed
from gateway.formats.fit.message import FILE_ID
from gateway.formats.fit.parts import Columns, Part, divided
from gateway.formats.fit.recording import columns_of
from gateway.formats.fit.salvage import Sound, sound_parts, walk
from gateway.formats.fit.track import read_track
from gateway.formats.fit.written import ACTIVITY, EVENT, STOP_ALL, TIMER
from gateway.formats.track import Track
from gateway.model import Kind, Session

_SLACK = 10.0  # seconds that a session may end before its last record and still be the one of it


@dataclass(frozen=True, slots=True)
class Repaired:
    """A correct FIT file: how many records it has, until when (Unix time; ``None`` without times).

    ``fault`` is why the original was refused, ``None`` when there was nothing to repair: then ``data`` is the original.
    """

    data: bytes
    records: int
    until: int | None
    fault: FormatError | None


def repair(data: bytes) -> Repaired:
    """Save what can be saved of a FIT file.

    Of each part all whole messages stay as they are, up to the first that cannot be understood, and without records at
    the end whose times cannot be. An activity that was not closed gets a lap, a session and an activity message, with
    what its records show. Headers and CRCs are made anew, parts that are correct stay.

    Raises the ``FormatError`` of the original when nothing can be saved: no file_id, or nothing else.
    """
    try:
        return _report(data, None)
    except FormatError as error:
        fault = error
    try:
        saved = b""
        for sound in sound_parts(data):
            saved += sound.intact or _rebuilt(sound, first=not saved)
        if saved:
            return _report(saved, fault)
    except FormatError:  # what was saved is still more than a file may be
        pass
    raise fault


def _report(data: bytes, fault: FormatError | None) -> Repaired:
    track = read_track(data)
    last = next((time for time in reversed(track.column("time")) if not isnan(time)), None)
    return Repaired(data, track.summary.records, None if last is None else int(last), fault)


def _rebuilt(sound: Sound, *, first: bool) -> bytes:
    """Return a part around the messages, closed when it is an activity; empty when they say nothing.

    The first part says what it is; later ones need not, such as those with the heart rates that a strap sent too late.
    """
    body, protocol, profile, _ = sound
    numbers = {run.definition.message for run in walk(body, 0, len(body))}
    if not numbers - {FILE_ID} or (first and FILE_ID not in numbers):
        return b""
    frame = framed(body, protocol, profile)
    track = read_track(frame)
    if track.summary.kind is not Kind.ACTIVITY:
        return frame
    if not (track.summary.records or track.summary.sessions or track.summary.laps):
        return b""
    return framed(body + _closing(track, closed=ACTIVITY.number in numbers), protocol, profile)


def _closing(track: Track, *, closed: bool) -> bytes:
    """Return the messages that the activity lacks: for what its laps and sessions do not reach, and for the whole."""
    columns, summary = columns_of(track), track.summary
    if "time" not in columns:
        return b""
    encoder = Encoder()
    sport = Session(sport=summary.sport, sub_sport=summary.sub_sport)
    laps = _left(columns, track.breaks, summary.laps, sport)
    sessions = _left(columns, track.breaks, summary.sessions, sport)
    if sessions:
        encoder.write(EVENT, {"timestamp": columns["time"][-1], "event": TIMER, "type": STOP_ALL, "data": 0})
    for lap in laps:
        write_lap(encoder, columns, lap, index=len(summary.laps), last=True)
    for session in sessions:
        before = sum((lap.start or 0) < session.start for lap in summary.laps)
        own = len(summary.laps) + len(laps) - before
        write_session(encoder, columns, session, index=len(summary.sessions), first_lap=before, laps=own)
    if not closed:
        every = (*summary.sessions, *(session.totals for session in sessions))
        timer = sum(session.timer or 0 for session in every)
        write_whole(encoder, sessions=len(every), timer=timer, end=columns["time"][-1])
    return encoder.body()


def _left(columns: Columns, breaks: Sequence[int], done: Sequence[Session], sport: Session) -> list[Part]:
    """Return a session or lap of the samples behind those that are done, none where these reach the end."""
    times = columns["time"]
    first = 0
    if done:
        end = max((part.start or times[-1]) + (part.elapsed or 0) for part in done)
        first = len(times) if times[-1] <= end + _SLACK else bisect_right(times, end)
    return divided(columns, breaks, [sport], first) if first < len(times) else []
