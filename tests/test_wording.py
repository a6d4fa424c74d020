from typing import Any

import pytest

from gateway import wording


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00:00"), (59.6, "0:01:00"), (3599.4, "0:59:59"), (36061, "10:01:01")]
)
def test_durations_are_h_mm_ss(seconds: float, text: str) -> None:
    assert wording.clock(seconds) == text


@pytest.mark.parametrize(("seconds", "metres", "text"), [(330, 1000, "5:30"), (1799.9, 5000, "6:00")])
def test_pace_rounds_to_whole_seconds(seconds: float, metres: float, text: str) -> None:
    assert wording.pace(seconds, metres) == text


@pytest.mark.parametrize(("count", "text"), [(1023, "1,023 bytes"), (1024, "1.0 KB"), (102400, "100.0 KB")])
def test_sizes(count: int, text: str) -> None:
    assert wording.size(count) == text


def test_a_run_in_full() -> None:
    lap = {"distance": 1000.0, "timer": 300.0}
    run = {
        "kind": "activity",
        "sport": "running",
        "sub_sport": "trail",
        "start": 1_789_878_600,
        "distance": 8208.4,
        "timer": 2699.0,
        "elapsed": 2800.0,
        "ascent": 95.0,
        "descent": 94.2,
        "avg_hr": 142,
        "max_hr": 169,
        "avg_cadence": 80,
        "max_cadence": 83,
        "calories": 558,
        "laps": [lap] * 9,
        "records": 2700,
        "device": {"manufacturer": "garmin", "product": "fenix7", "serial": 7},
        "warnings": ["clock jumps back"],
    }
    assert dict(wording.rows(run)) == {
        "Kind": "activity, running trail",
        "Start": "2026-09-20 04:30 UTC",
        "Distance": "8.21 km",
        "Time": "0:44:59 (0:46:40 with pauses)",
        "Pace": "5:29 min/km",
        "Climb": "+95 m, -94 m",
        "Heart rate": "avg 142, max 169 bpm",
        "Cadence": "avg 160, max 166 steps/min",
        "Energy": "558 kcal",
        "Laps": "9: 5:00 5:00 5:00 5:00 5:00 5:00 5:00 5:00 ... min/km",
        "Samples": "2,700",
        "Recorded by": "garmin fenix7, serial 7",
        "Odd": "clock jumps back",
    }


def test_a_ride_has_a_speed_and_power() -> None:
    ride = {
        "kind": "activity",
        "sport": "cycling",
        "distance": 30000,
        "elapsed": 3600,
        "avg_power": 210,
        "max_cadence": 99,
    }
    lines = dict(wording.rows(ride | {"laps": [{}, {}]}))
    assert lines["Speed"] == "30.0 km/h"
    assert lines["Power"] == "avg 210 W"
    assert lines["Cadence"] == "max 99 rpm"
    assert lines["Laps"] == "2"


@pytest.mark.parametrize(
    "empty", [{}, {"kind": "other", "distance": None, "device": None, "laps": None, "start": None}]
)
def test_what_is_not_known_is_left_out(empty: Any) -> None:
    assert [label for label, _ in wording.rows(empty)] == ["Kind"]
