"""A run as a FIT activity: a record each second, a lap each kilometre, the session, and what belongs around them."""

from array import array
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from gateway.formats.fit import write_activity
from gateway.formats.track import Column, Track
from gateway.model import Device, FileType, Kind, Session, Summary
from gateway.simwatch.runner import Sample

_LAP_METRES = 1000.0
_CALORIES_A_METRE = 0.068
_COLUMNS: dict[str, Callable[[Sample], float]] = {
    "lat": lambda sample: sample.position[0],
    "lon": lambda sample: sample.position[1],
    "altitude": lambda sample: sample.height,
    "distance": lambda sample: sample.distance,
    "speed": lambda sample: sample.speed,
    "hr": lambda sample: sample.heart_rate,
    "cadence": lambda sample: sample.cadence,
}


def encode(samples: Sequence[Sample], start: int, serial: int) -> bytes:
    """Write the FIT file of a run that began at ``start`` (Unix time)."""
    columns: dict[str, Column] = {name: array("d", map(value, samples)) for name, value in _COLUMNS.items()}
    columns["time"] = array("d", [start + sample.second for sample in samples])
    summary = Summary(
        FileType.FIT,
        Kind.ACTIVITY,
        sport="running",
        calories=_calories(samples),
        laps=tuple(_laps(samples, start)),
        device=Device("development", "product_1", serial, "1.00"),
    )
    return write_activity(Track(summary, columns))


def _laps(samples: Sequence[Sample], start: int) -> Iterator[Session]:
    """Yield the start of each kilometre, with what it burnt; the rest shows in the samples."""
    bounds = [0]
    bounds += (
        index
        for index, (before, after) in enumerate(pairwise(samples), 1)
        if int(before.distance / _LAP_METRES) != int(after.distance / _LAP_METRES)
    )
    for first, behind in pairwise([*bounds, len(samples)]):
        yield Session(start=start + samples[first].second, calories=_calories(samples[first:behind]))


def _calories(part: Sequence[Sample]) -> int:
    return round((part[-1].distance - part[0].distance) * _CALORIES_A_METRE)
