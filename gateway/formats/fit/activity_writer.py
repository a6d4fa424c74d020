"""From a track to a FIT activity.

Source: developer.garmin.com/fit/file-types/activity.
"""

from collections.abc import Sequence
from dataclasses import fields
from itertools import pairwise

from gateway.errors import UnsupportedType
from gateway.formats.fit import profile
from gateway.formats.fit.closing import by_session, write_lap, write_session, write_whole
from gateway.formats.fit.encoding import FLOAT32, Encoder
from gateway.formats.fit.origin import origin_of, write_device, write_file_id
from gateway.formats.fit.parts import Columns, Part, divided
from gateway.formats.fit.recording import Rows, columns_of, rows_of
from gateway.formats.fit.written import (
    ACTIVITY_FILE,
    DEVELOPER_DATA_ID,
    EVENT,
    FIELD_DESCRIPTION,
    RECORD,
    SPORT,
    START,
    STOP_ALL,
    TIMER,
)
from gateway.formats.track import Track
from gateway.model import Session, Summary

_APPLICATION = b"Wristgate\0\0\0\0\0\0\0"


def write_activity(track: Track) -> bytes:
    """Return the track as a FIT activity; the same track gives the same bytes.

    Every sample becomes a record with what the track has of it, to FIT's resolution (a second, a centimetre, 0.2 m of
    altitude, 1 bpm, ...); what FIT cannot hold is left out. Sessions and laps are those of the summary, completed from
    the samples. A sample without a time gets one from its neighbours. Way-points are not written: FIT has them in
    courses only.

    Raises ``UnsupportedType`` when no sample has a time, or without samples when the start is unknown.
    """
    columns = columns_of(track)
    sessions = divided(columns, track.breaks, _sessions(track.summary))
    start = columns["time"][0] if "time" in columns else sessions[0].start
    if not _has_moment(start) or len(track) != len(columns.get("time", ())):
        raise UnsupportedType("a track without times is no FIT activity, only a course")
    laps = track.summary.laps if all(lap.start is not None for lap in track.summary.laps) else ()
    encoder = Encoder()
    origin = origin_of(track)
    write_file_id(encoder, origin, ACTIVITY_FILE, start)
    write_device(encoder, origin, start)
    _name(encoder, track.summary)
    _write_records(encoder, track, columns, start, max(part.end for part in sessions))
    _write_ends(encoder, columns, sessions, divided(columns, track.breaks, laps))
    return encoder.finish()


def _has_moment(time: float) -> bool:
    low, high, _ = RECORD["time"].limits()
    return low <= time + RECORD["time"].offset <= high


def _sessions(summary: Summary) -> Sequence[Session]:
    """Return the sessions, or the whole as one where there are none or nobody knows which samples are whose."""
    if summary.sessions and all(session.start is not None for session in summary.sessions):
        return summary.sessions
    return (Session(**{field.name: getattr(summary, field.name) for field in fields(Session)}),)


def _name(encoder: Encoder, summary: Summary) -> None:
    """Append the name as that of a sport profile: an activity has no other place for one."""
    if summary.name is not None:
        sport = {"sport": profile.sport_number(summary.sport), "sub_sport": profile.sub_sport_number(summary.sub_sport)}
        encoder.write(SPORT, {"name": summary.name, **sport})


def _write_records(encoder: Encoder, track: Track, columns: Columns, start: float, end: float) -> None:
    """Append the records between the events of a timer that stands still at each break."""
    rows = rows_of(columns)
    _describe(encoder, track, rows)
    times = columns.get("time", ())
    bounds = [0, *sorted({index for index in track.breaks if 0 < index < len(times)}), len(times)]
    encoder.write(EVENT, {"timestamp": start, "event": TIMER, "type": START, "data": 0})
    for first, behind in pairwise(bounds):
        if first:
            encoder.write(EVENT, {"timestamp": times[first - 1], "event": TIMER, "type": STOP_ALL, "data": 0})
            encoder.write(EVENT, {"timestamp": times[first], "event": TIMER, "type": START, "data": 0})
        if first < behind:
            encoder.write_rows(rows.message, rows.between(first, behind))
    encoder.write(EVENT, {"timestamp": max([end, *times[-1:]]), "event": TIMER, "type": STOP_ALL, "data": 0})


def _describe(encoder: Encoder, track: Track, rows: Rows) -> None:
    if rows.developer:
        encoder.write(DEVELOPER_DATA_ID, {"application": _APPLICATION, "index": 0})
    for number, name in enumerate(rows.developer):
        named = {"name": name, "units": track.units.get(name)}
        encoder.write(FIELD_DESCRIPTION, {"index": 0, "number": number, "base": FLOAT32, **named})


def _write_ends(encoder: Encoder, columns: Columns, sessions: Sequence[Part], laps: Sequence[Part]) -> None:
    groups = by_session(sessions, laps)
    firsts = [sum(map(len, groups[:number])) for number in range(len(groups))]
    for first, group in zip(firsts, groups, strict=True):
        for number, lap in enumerate(group):
            write_lap(encoder, columns, lap, index=first + number, last=number == len(group) - 1)
    for index, (session, first, group) in enumerate(zip(sessions, firsts, groups, strict=True)):
        write_session(encoder, columns, session, index=index, first_lap=first, laps=len(group))
    timer = sum(session.totals.timer or 0 for session in sessions)
    write_whole(encoder, sessions=len(sessions), timer=timer, end=max(session.end for session in sessions))
