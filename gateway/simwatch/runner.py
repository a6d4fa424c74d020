"""A runner second by second: pace that yields to hills, a heart that follows late, a receiver that wobbles."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.simwatch.terrain import Loop

_EASY = 3.12  # metres a second on the flat
_RESTING = 96.0
_HARDEST = 186.0
_HEART_LAG = 35.0  # seconds to follow two thirds of a change
_WOBBLE = 2.0e-5  # degrees: two metres


@dataclass(frozen=True, slots=True)
class Sample:
    """One second: metres from the start and above the sea, metres a second, steps of one leg a minute."""

    second: int
    position: tuple[float, float]
    height: float
    distance: float
    speed: float
    heart_rate: int
    cadence: int


def run(loop: Loop, seconds: int, seed: int) -> Iterator[Sample]:
    """Run for so many seconds; the same seed runs the same."""
    rng = random.Random(seed)  # noqa: S311 - a sample that can be made again, no secret
    distance, speed, heart = 0.0, 0.6, _RESTING
    drift, north, east = 0.0, 0.0, 0.0
    for second in range(seconds):
        drift = 0.97 * drift + rng.uniform(-0.045, 0.045)
        north = 0.93 * north + rng.uniform(-0.2, 0.2) * _WOBBLE
        east = 0.93 * east + rng.uniform(-0.2, 0.2) * _WOBBLE
        grade = loop.grade(distance)
        goal = _EASY * (1 - 2.6 * grade if grade > 0 else 1 - 1.3 * grade) + drift
        speed += (goal - speed) / 6
        tired = 14.0 * second / 3600
        effort = 138.0 + 520.0 * grade + 16.0 * (speed - _EASY) + tired
        heart += (min(_HARDEST, max(_RESTING, effort)) - heart) / _HEART_LAG + rng.uniform(-0.4, 0.4)
        latitude, longitude = loop.position(distance)
        yield Sample(
            second=second,
            position=(latitude + north, longitude + east),
            height=loop.height(distance) + rng.uniform(-0.2, 0.2),
            distance=distance,
            speed=speed,
            heart_rate=round(heart),
            cadence=round(80 + 4 * (speed - _EASY) + rng.uniform(-1.2, 1.2)),
        )
        distance += speed
