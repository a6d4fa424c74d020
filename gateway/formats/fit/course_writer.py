"""From a track to a FIT course: a line to follow, with points that a device announces on the way.

Source: developer.garmin.com/fit/file-types/course.
"""

from gateway.formats.climb import climb
from gateway.formats.fit import profile
from gateway.formats.fit.closing import write_lap
from gateway.formats.fit.course_line import Line, line_of
from gateway.formats.fit.course_points import Stop, stops
from gateway.formats.fit.encoding import Encoder
from gateway.formats.fit.origin import our_origin, write_file_id
from gateway.formats.fit.parts import Part
from gateway.formats.fit.recording import rows_of
from gateway.formats.fit.written import COURSE, COURSE_FILE, COURSE_POINT, EVENT, START, STOP_DISABLE_ALL, TIMER
from gateway.formats.quantities import within
from gateway.formats.track import Track
from gateway.model import Session, Summary

_CAPABILITIES = 0x1F  # processed, valid, time, distance, position
_UNNAMED = "Course"


def write_course(track: Track) -> bytes:
    """Return the track as a FIT course; the same track gives the same bytes.

    Each sample with a place becomes a record with time, distance and altitude. Times rise by a second at least, because
    devices find course points by them; a track without times is planned at the usual speed of its sport. Course points
    are written, and way-points that lie on the way. Names are cut to 15 bytes of UTF-8: all devices have room for that.

    Raises ``UnsupportedType`` for a track without a place.
    """
    line = line_of(track)
    summary = track.summary
    encoder = Encoder()
    write_file_id(encoder, our_origin(track), COURSE_FILE, line.time[0])
    sport = {
        "sport": profile.sport_number(summary.sport) or 0,
        "sub_sport": profile.sub_sport_number(summary.sub_sport),
    }
    encoder.write(COURSE, {"name": summary.name or _UNNAMED, "capabilities": _CAPABILITIES, **sport})
    write_lap(encoder, line.columns, Part(0, len(line.samples), _totals(line, summary)), index=0, last=True)
    encoder.write(EVENT, {"timestamp": line.time[0], "event": TIMER, "type": START, "data": 0})
    _write_line(encoder, line, stops(line, track.waypoints))
    encoder.write(EVENT, {"timestamp": line.time[-1], "event": TIMER, "type": STOP_DISABLE_ALL, "data": 0})
    return encoder.finish()


def _totals(line: Line, summary: Summary) -> Session:
    """Return what a lap says of the way: of an activity that was followed nothing but the way remains."""
    seconds = line.time[-1] - line.time[0]
    ascent, descent = climb(line.columns["altitude"]) if "altitude" in line.columns else (None, None)
    return Session(
        sport=summary.sport,
        sub_sport=summary.sub_sport,
        start=int(line.time[0]),
        elapsed=seconds,
        timer=seconds,
        distance=line.distance[-1],
        ascent=summary.ascent if summary.ascent is not None else within(ascent),
        descent=summary.descent if summary.descent is not None else within(descent),
    )


def _write_line(encoder: Encoder, line: Line, passed: list[Stop]) -> None:
    rows = rows_of(line.columns)
    written = 0
    for index, stop in enumerate(passed):
        encoder.write_rows(rows.message, rows.between(written, stop.before))
        written = stop.before
        waypoint = stop.waypoint
        values = {
            "index": index,
            "timestamp": stop.time,
            "distance": stop.distance,
            "lat": waypoint.lat,
            "lon": waypoint.lon,
            "type": profile.course_point_number(waypoint.kind) or 0,
            "name": waypoint.name,
        }
        encoder.write(COURSE_POINT, values)
    encoder.write_rows(rows.message, rows.between(written, len(line.samples)))
