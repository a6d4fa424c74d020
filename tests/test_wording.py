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


@pytest.mark.parametrize(
    ("records", "seconds", "whole", "text"),
    [
        (724, 723, 2680.5, "12 of about 45 min"),
        (2700, 2699, 2699.4, "45 min"),
        (2, 119, None, "119 s"),
        (2, 120, None, "2 min"),
        (21, 20, 90, "20 of about 90 s"),
        (21, 20, 2700, "20 s of about 45 min"),
        (1200, None, None, "1,200 samples"),
        (1, 0, None, "1 sample"),
        (0, None, None, "what is there"),
    ],
)
def test_how_much_of_a_recording_there_is(records: int, seconds: float, whole: float | None, text: str) -> None:
    assert wording.portion(records, seconds, whole) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (1, "1 byte"), (1023, "1,023 bytes"), (1024, "1.0 KB"), (102400, "100.0 KB"), (1024**2 - 1, "1.0 MB"),
        (5 * 1024**3, "5.0 GB"), (3 * 1024**4, "3.0 TB"), (5000 * 1024**4, "5,000.0 TB"),
    ],
)  # fmt: skip
def test_sizes(count: int, text: str) -> None:
    assert wording.size(count) == text


@pytest.mark.parametrize(
    ("words", "text"),
    [((1, "file"), "1 file"), ((0, "file"), "0 files"), ((1200, "entry", "entries"), "1,200 entries")],
)
def test_a_count_agrees_with_its_noun(words: tuple[int, str], text: str) -> None:
    assert wording.counted(*words) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "just now"), (1, "just now"), (59.9, "59 s ago"), (60, "1 min ago"), (3599, "59 min ago"),
        (3600, "1 h ago"), (48 * 3600 - 1, "47 h ago"), (48 * 3600, "2 days ago"), (400 * 86400, "400 days ago"),
    ],
)  # fmt: skip
def test_how_long_ago(seconds: float, text: str) -> None:
    assert wording.ago(seconds) == text


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


def test_a_triathlon_names_its_sports_and_its_time_in_motion() -> None:
    race = {
        "kind": "activity",
        "sport": "multisport",
        "timer": 3600.0,
        "moving": 3400.0,
        "sessions": [
            {"sport": "swimming", "timer": 600.0},
            {"sport": "generic", "elapsed": 60.0},
            {"sport": "running"},
        ],
    }
    lines = dict(wording.rows(race))
    assert lines["Moving"] == "0:56:40"
    assert lines["Sports"] == "swimming 0:10:00, other 0:01:00, running"
    assert "Moving" not in dict(wording.rows(race | {"moving": 3600.0}))
    assert "Sports" not in dict(wording.rows(race | {"sessions": race["sessions"][:1]}))  # type: ignore[index]


@pytest.mark.parametrize(
    ("summary", "title", "subtitle"),
    [
        (
            {"kind": "activity", "sport": "running", "start": 1_789_878_600},
            "Running",
            "Sunday 20 September 2026, 04:30 UTC",
        ),
        ({"kind": "activity", "sport": "running", "sub_sport": "trail"}, "Running", "Running trail"),
        ({"kind": "activity", "sport": "running", "name": "Evening"}, "Evening", "Running"),
        ({"kind": "activity", "sport": "generic"}, "Activity", ""),
        ({"kind": "course", "sport": "cycling", "name": "Loop"}, "Loop", "Course, cycling"),
        ({"kind": "course"}, "Course", ""),
        ({}, "File", ""),
    ],
)
def test_titles_say_nothing_twice(summary: dict[str, Any], title: str, subtitle: str) -> None:
    assert (wording.title(summary), wording.subtitle(summary)) == (title, subtitle)


def test_totals_are_those_that_are_known() -> None:
    run = {"sport": "running", "distance": 8208.0, "timer": 2699.0, "ascent": 1095.4, "avg_hr": 142}
    assert wording.totals(run) == [
        ("Distance", "8.21", "km"), ("Time", "0:44:59", ""), ("Pace", "5:29", "min/km"), ("Climb", "1,095", "m"),
        ("Heart rate", "142", "bpm"),
    ]  # fmt: skip
    assert wording.totals({"ascent": 0}) == [("Climb", "0", "m")]
    assert wording.totals({}) == []
