"""A run as a FIT activity: a record each second, a lap each kilometre, the session, and what belongs around them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from gateway.simwatch.fitfile import FIT_EPOCH, FitWriter, Message
from gateway.simwatch.runner import Sample

_WHEN = {"timestamp": (253, "uint32")}
_TOTALS = {"start_time": (2, "uint32"), "start_lat": (3, "sint32"), "start_lon": (4, "sint32")}
FILE_ID = Message(
    0,
    {"serial": (3, "uint32z"), "created": (4, "uint32"), "maker": (1, "uint16"), "product": (2, "uint16")}
    | {"type": (0, "enum")},
)
DEVICE = Message(
    23,
    _WHEN
    | {"serial": (3, "uint32z"), "maker": (2, "uint16"), "product": (4, "uint16"), "software": (5, "uint16")}
    | {"index": (0, "uint8")},
)
EVENT = Message(21, _WHEN | {"data": (3, "uint32"), "event": (0, "enum"), "type": (1, "enum")})
RECORD = Message(
    20,
    _WHEN
    | {"lat": (0, "sint32"), "lon": (1, "sint32"), "distance": (5, "uint32"), "altitude": (2, "uint16")}
    | {"speed": (6, "uint16"), "heart_rate": (3, "uint8"), "cadence": (4, "uint8")},
)
LAP = Message(
    19,
    _WHEN
    | _TOTALS
    | {"end_lat": (5, "sint32"), "end_lon": (6, "sint32"), "elapsed": (7, "uint32"), "timer": (8, "uint32")}
    | {"distance": (9, "uint32"), "index": (254, "uint16"), "calories": (11, "uint16"), "speed": (13, "uint16")}
    | {"top_speed": (14, "uint16"), "ascent": (21, "uint16"), "descent": (22, "uint16"), "event": (0, "enum")}
    | {"event_type": (1, "enum"), "avg_hr": (15, "uint8"), "max_hr": (16, "uint8"), "avg_cadence": (17, "uint8")}
    | {"max_cadence": (18, "uint8"), "trigger": (24, "enum"), "sport": (25, "enum")},
)
SESSION = Message(
    18,
    _WHEN
    | _TOTALS
    | {"elapsed": (7, "uint32"), "timer": (8, "uint32"), "distance": (9, "uint32"), "index": (254, "uint16")}
    | {"calories": (11, "uint16"), "speed": (14, "uint16"), "top_speed": (15, "uint16"), "ascent": (22, "uint16")}
    | {"descent": (23, "uint16"), "first_lap": (25, "uint16"), "laps": (26, "uint16"), "event": (0, "enum")}
    | {"event_type": (1, "enum"), "sport": (5, "enum"), "sub_sport": (6, "enum"), "avg_hr": (16, "uint8")}
    | {"max_hr": (17, "uint8"), "avg_cadence": (18, "uint8"), "max_cadence": (19, "uint8"), "trigger": (28, "enum")},
)
ACTIVITY = Message(
    34,
    _WHEN
    | {"timer": (0, "uint32"), "local": (5, "uint32"), "sessions": (1, "uint16"), "type": (2, "enum")}
    | {"event": (3, "enum"), "event_type": (4, "enum")},
)

SERIAL_OFFSET = 14 + 6 + 3 * len(FILE_ID.fields) + 1  # of file_id's serial number, its first field
_DEVELOPMENT = 255  # the manufacturer that files of one's own carry
_RUNNING = 1
_SUMMER_TIME = 7200  # of the place and season where the sample runs
_LAP_METRES = 1000.0
_CALORIES_A_METRE = 0.068
_CLIMB_STEP = 2.0  # metres of height before a climb counts, so that noise does not


def encode(samples: Sequence[Sample], start: int, serial: int) -> bytes:
    """Write the FIT file of a run that began at ``start`` (Unix time)."""
    begin = start - FIT_EPOCH
    end = begin + samples[-1].second
    writer = FitWriter()
    maker = {"serial": serial, "maker": _DEVELOPMENT, "product": 1}
    writer.write(FILE_ID, maker | {"created": begin, "type": 4})
    writer.write(DEVICE, maker | {"timestamp": begin, "software": 100, "index": 0})
    writer.write(EVENT, {"timestamp": begin, "event": 0, "type": 0, "data": 0})
    laps = _laps(samples)
    for number, lap in enumerate(laps):
        last = number == len(laps) - 1
        for sample in lap if last else lap[:-1]:  # the last second of a lap is the first of the next
            writer.write(RECORD, _record(sample, begin))
        ends = {"index": number, "event": 9, "event_type": 1, "trigger": 7 if last else 2}
        writer.write(LAP, _totals(lap, begin) | _end(lap) | ends)
    writer.write(EVENT, {"timestamp": end, "event": 0, "type": 4, "data": 0})
    whole = {"index": 0, "first_lap": 0, "laps": len(laps), "event": 8, "event_type": 1, "sub_sport": 0, "trigger": 0}
    writer.write(SESSION, _totals(samples, begin) | whole)
    timer = samples[-1].second * 1000
    closing = {
        "timestamp": end,
        "timer": timer,
        "local": end + _SUMMER_TIME,
        "sessions": 1,
        "type": 0,
        "event": 26,
        "event_type": 1,
    }
    writer.write(ACTIVITY, closing)
    return writer.finish()


def _laps(samples: Sequence[Sample]) -> list[Sequence[Sample]]:
    bounds = [0]
    for index, (before, after) in enumerate(pairwise(samples), 1):
        if int(before.distance / _LAP_METRES) != int(after.distance / _LAP_METRES):
            bounds.append(index)
    if bounds[-1] != len(samples) - 1 or len(bounds) == 1:
        bounds.append(len(samples) - 1)
    return [samples[first : last + 1] for first, last in pairwise(bounds)]


def _record(sample: Sample, begin: int) -> dict[str, int]:
    return {
        "timestamp": begin + sample.second,
        "lat": _semicircles(sample.position[0]),
        "lon": _semicircles(sample.position[1]),
        "distance": round(sample.distance * 100),
        "altitude": round((sample.height + 500) * 5),
        "speed": round(sample.speed * 1000),
        "heart_rate": sample.heart_rate,
        "cadence": sample.cadence,
    }


def _totals(part: Sequence[Sample], begin: int) -> dict[str, int]:
    first, last = part[0], part[-1]
    seconds = last.second - first.second
    metres = last.distance - first.distance
    hearts, cadences = [s.heart_rate for s in part], [s.cadence for s in part]
    climb = _climb([s.height for s in part])
    return {
        "timestamp": begin + last.second,
        "start_time": begin + first.second,
        "start_lat": _semicircles(first.position[0]),
        "start_lon": _semicircles(first.position[1]),
        "elapsed": seconds * 1000,
        "timer": seconds * 1000,
        "distance": round(metres * 100),
        "calories": round(metres * _CALORIES_A_METRE),
        "speed": round(1000 * metres / max(1, seconds)),
        "top_speed": round(1000 * max(s.speed for s in part)),
        "ascent": round(climb.up),
        "descent": round(climb.down),
        "avg_hr": round(sum(hearts) / len(hearts)),
        "max_hr": max(hearts),
        "avg_cadence": round(sum(cadences) / len(cadences)),
        "max_cadence": max(cadences),
        "sport": _RUNNING,
    }


def _end(lap: Sequence[Sample]) -> dict[str, int]:
    return {"end_lat": _semicircles(lap[-1].position[0]), "end_lon": _semicircles(lap[-1].position[1])}


@dataclass(frozen=True, slots=True)
class _Climb:
    up: float
    down: float


def _climb(heights: Sequence[float]) -> _Climb:
    up, down, level = 0.0, 0.0, heights[0]
    for height in heights:
        if abs(height - level) >= _CLIMB_STEP:
            up += max(0.0, height - level)
            down += max(0.0, level - height)
            level = height
    return _Climb(up, down)


def _semicircles(degrees: float) -> int:
    return round(degrees * 2**31 / 180)
