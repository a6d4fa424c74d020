"""The corpus of real and crafted files: what other programs read of them (expected.json) is what we read.

The corpus is not part of the repository; WRISTGATE_CORPUS says where it is. Tolerances: counts, times of start, words
and calories exactly; seconds and metres to the file's own digits; means that we compute to one unit, because judges
round differently; positions to 1e-5 degrees (1 m); ascent of XML at most the raw sum, because ours is filtered.
"""

from datetime import datetime
from typing import Any

import pytest

from gateway import formats
from gateway.errors import FormatError
from gateway.formats.sports import fit_sport
from gateway.model import FileType, Kind, Summary
from tests.formats.corpus import CORPUS, FACTS, MISSING

Facts = dict[str, Any]

if not FACTS:
    pytest.skip(MISSING, allow_module_level=True)

ACCEPTED = None
POLICY = {
    # files of which the corpus says "policy": the reason of the refusal, or ACCEPTED
    "crafted/fit_bad_zero_field.fit": "zero_size_field",
    "crafted/fit_bad_hr_no_ts.fit": ACCEPTED,
    "crafted/fit_dos_empty_mesgs_100k.fit": ACCEPTED,
    "crafted/fit_dos_255fields.fit": ACCEPTED,
    "crafted/fit_dos_redefine.fit": ACCEPTED,
    "crafted/fit_dos_chained_3000.fit": "too_many_parts",
    "crafted/fit_dos_alternate.fit": ACCEPTED,
    "crafted/fit_dos_duplicate_fields.fit": "duplicate_field",
    "crafted/gpx_ok_utf16.gpx": "bad_encoding",
    "crafted/gpx_ok_leading_space.gpx": ACCEPTED,
    "crafted/gpx_undefined_prefix.gpx": ACCEPTED,
    "crafted/gpx_bad_coords.gpx": ACCEPTED,
    "crafted/gpx_ns_flood.gpx": ACCEPTED,
    "crafted/gpx_deep.gpx": "too_deep",
    "crafted/gpx_attr_flood.gpx": "too_many_attributes",
    "crafted/tcx_leading_space.tcx": ACCEPTED,
}
JSON_AFTER_ALL = "crafted/gpx_bad_json.gpx"  # no GPX, but we go by content, and it is a JSON document
NO_FILE_ID = "crafted/fit_no_fileid.fit"  # the corpus: "reject as not an activity"
TIMES_OF_1901 = "gpx/gpxpy--Mojstrovka.gpx"  # a broken clock's -2**31, which we read as no time

VALID = sorted(name for name, facts in FACTS.items() if facts["valid"] is True)
INVALID = sorted(name for name, facts in FACTS.items() if facts["valid"] is False and name != JSON_AFTER_ALL)
WITH_SESSIONS = [name for name in VALID if FACTS[name].get("sessions")]
WITH_ACTIVITIES = [name for name in VALID if FACTS[name].get("activities")]

SESSION_FIELDS = {
    "sport": "sport",
    "sub_sport": "sub_sport",
    "elapsed": "total_elapsed_time",
    "timer": "total_timer_time",
    "distance": "total_distance",
    "ascent": "total_ascent",
    "avg_power": "avg_power",
    "max_power": "max_power",
    "avg_cadence": "avg_cadence",
    "calories": "total_calories",
}


def read(name: str) -> Summary:
    return formats.read((CORPUS / name).read_bytes())


def unix(text: str | None) -> int | None:
    return None if text is None else int(datetime.fromisoformat(text).timestamp())


def kind_of(name: str, facts: Facts) -> Kind:
    if name == NO_FILE_ID:
        return Kind.OTHER
    if facts["format"] == "gpx" and "kind" not in facts:
        return Kind.ACTIVITY
    words = {"track": Kind.ACTIVITY, "route": Kind.COURSE, "activity": Kind.ACTIVITY}
    words |= {kind.value: kind for kind in (Kind.COURSE, Kind.WORKOUT, Kind.WAYPOINTS)}
    if "kind" in facts:
        return words.get(facts["kind"], Kind.OTHER)
    return Kind.ACTIVITY if facts["format"] == "tcx" else Kind.COURSE


@pytest.mark.parametrize("name", INVALID)
def test_an_invalid_file_is_refused(name: str) -> None:
    with pytest.raises(FormatError):
        read(name)


@pytest.mark.parametrize("name", sorted(POLICY))
def test_policy(name: str) -> None:
    if POLICY[name] is ACCEPTED:
        assert read(name).type == FACTS[name]["format"]
        return
    with pytest.raises(FormatError) as refusal:
        read(name)
    assert refusal.value.code == POLICY[name]


def test_every_file_has_a_verdict() -> None:
    undecided = {name for name, facts in FACTS.items() if facts["valid"] is None}
    assert undecided == set(POLICY)


def test_content_decides_the_type() -> None:
    assert read(JSON_AFTER_ALL).type is FileType.JSON


@pytest.mark.parametrize("name", VALID)
def test_type_and_kind(name: str) -> None:
    summary = read(name)
    assert summary.type == FACTS[name]["format"]
    assert summary.kind is kind_of(name, FACTS[name])


@pytest.mark.parametrize("name", VALID)
def test_counts(name: str) -> None:
    facts, summary = FACTS[name], read(name)
    found = {
        "n_records": summary.records,
        "n_trkpt": summary.records,
        "n_trackpoints": summary.records,
        "n_sessions": len(summary.sessions),
        "n_activities": len(summary.sessions),
        "n_laps": len(summary.laps),
    }
    if "activities" in facts:  # the corpus counts the first activity's
        found["n_records"] = found["n_laps"] = None
    assert found == {
        key: facts.get(key) if value is not None and key in facts else value for key, value in found.items()
    }


@pytest.mark.parametrize("name", WITH_SESSIONS)
def test_fit_sessions(name: str) -> None:
    facts, summary = FACTS[name], read(name)
    for session, expected in zip(summary.sessions, facts["sessions"], strict=True):
        for ours, theirs in SESSION_FIELDS.items():
            if theirs in expected:
                assert getattr(session, ours) == expected[theirs], ours
        assert session.start == unix(expected["start_time"])
        assert session.avg_hr == (expected["avg_heart_rate"] or None)  # 0 is no strap
        assert session.max_hr == (expected["max_heart_rate"] or None)


@pytest.mark.parametrize("name", [name for name in WITH_SESSIONS if len(FACTS[name]["sessions"]) == 1])
def test_fit_totals_of_one_session(name: str) -> None:
    facts, summary = FACTS[name], read(name)
    assert summary.sport == facts["sport"]
    assert summary.start == unix(facts["start_time"])
    assert summary.elapsed == facts["duration_s"]
    if facts["distance_m"] is not None:
        assert summary.distance == facts["distance_m"]
    assert summary.ascent == facts["ascent_m"]
    heard = facts.get("records_hr") or {"avg": None, "max": None}
    assert summary.avg_hr == pytest.approx(facts["avg_hr"] or heard["avg"] or None, abs=1)
    assert summary.max_hr == (facts["max_hr"] or heard["max"] or None)


@pytest.mark.parametrize("name", [name for name in WITH_SESSIONS if len(FACTS[name]["sessions"]) > 1])
def test_fit_totals_of_several_sessions(name: str) -> None:
    sessions, summary = FACTS[name]["sessions"], read(name)
    assert summary.sport == "multisport"
    assert summary.start == min(unix(session["start_time"]) for session in sessions)
    assert summary.elapsed == pytest.approx(sum(session["total_elapsed_time"] for session in sessions), abs=0.001)
    assert summary.distance == pytest.approx(sum(session["total_distance"] for session in sessions), abs=0.01)
    assert summary.calories == sum(session["total_calories"] for session in sessions)
    highest = max(session["max_heart_rate"] or 0 for session in sessions)
    assert not highest or summary.max_hr == highest


@pytest.mark.parametrize("name", [name for name in VALID if "device" in FACTS[name]])
def test_fit_device(name: str) -> None:
    facts, device = FACTS[name]["device"], read(name).device
    product = facts.get("product_name", facts.get("garmin_product"))
    assert device is not None
    assert device.manufacturer == facts["manufacturer"]
    assert product is None or device.product == product
    assert (device.serial is not None) == ("serial_number" in facts)


@pytest.mark.parametrize("name", WITH_ACTIVITIES)
def test_tcx_activities(name: str) -> None:
    facts, summary = FACTS[name], read(name)
    for session, expected in zip(summary.sessions, facts["activities"], strict=True):
        assert session.sport == fit_sport(expected["sport"])[0]
        assert session.start == unix(expected["start_time"])
        assert session.timer == pytest.approx(expected["total_time_s"], abs=0.01)
        assert session.elapsed >= session.timer
        assert session.distance == pytest.approx(expected["distance_m"], abs=0.01)
        assert session.calories == round(expected["calories"])
        points = expected.get("hr_points") or {"avg": None, "max": None}
        assert session.avg_hr == pytest.approx(expected["avg_hr_laps_timeweighted"] or points["avg"], abs=1)
        assert session.max_hr == (expected["max_hr_laps"] or points["max"])
        assert (session.ascent or 0) <= expected["ascent_raw_m"] + 0.1
    assert summary.records == sum(activity["n_trackpoints"] for activity in facts["activities"])
    assert len(summary.laps) == sum(activity["n_laps"] for activity in facts["activities"])
    creator = facts["activities"][0]["creator"]
    assert not creator or summary.device.product == creator


@pytest.mark.parametrize("name", [name for name in VALID if name.startswith("gpx/")])
def test_gpx_tracks(name: str) -> None:
    facts, summary = FACTS[name], read(name)
    if name == TIMES_OF_1901:
        facts = facts | {"start_time": None, "duration_s": None}
    assert summary.start == unix(facts.get("start_time"))
    assert summary.elapsed == pytest.approx(facts.get("duration_s"), abs=0.1)
    assert summary.sport == fit_sport(facts["sport"])[0]
    if facts["n_trkpt"]:
        assert (summary.distance or 0) == pytest.approx(facts["distance_m"], abs=0.1)
        assert (summary.ascent or 0) <= facts["ascent_raw_m"] + 0.1
    heard = facts.get("hr") or {"avg": None, "max": None}
    assert summary.avg_hr == pytest.approx(heard["avg"], abs=0.5)
    assert summary.max_hr == heard["max"]
    assert summary.device is not None
    assert summary.device.software == facts["creator"]


@pytest.mark.parametrize("name", [name for name in VALID if name.startswith("crafted/")])
def test_crafted_facts(name: str) -> None:
    facts, summary = FACTS[name], read(name)
    if "start_time" in facts:
        assert summary.start == unix(facts["start_time"])
    if "sport" in facts:
        assert summary.sport == facts["sport"].lower()
    if "sports" in facts:
        assert [session.sport for session in summary.sessions] == [fit_sport(word)[0] for word in facts["sports"]]
    for ours, theirs, tolerance in (
        ("elapsed", "duration", 0),
        ("distance", "distance", 0.1),
        ("ascent", "ascent", 0),
        ("avg_hr", "avg_hr", 0.5),
        ("max_hr", "max_hr", 0),
    ):
        if theirs in facts:
            assert getattr(summary, ours) == pytest.approx(facts[theirs], abs=tolerance), ours


@pytest.mark.parametrize("name", [name for name in VALID if "bbox" in FACTS[name]])
def test_box(name: str) -> None:
    assert read(name).bbox == pytest.approx(FACTS[name]["bbox"], abs=1e-5)


@pytest.mark.parametrize("name", [name for name in VALID if FACTS[name].get("n_gps") == 0])
def test_no_positions_no_map(name: str) -> None:
    summary = read(name)
    assert summary.bbox is None
    assert summary.polyline is None


@pytest.mark.parametrize("name", [name for name in VALID if FACTS[name].get("kind") and name != NO_FILE_ID])
def test_the_formats_own_word(name: str) -> None:
    summary, expected = read(name), FACTS[name]["kind"]
    assert (summary.subtype or summary.kind) == ("monitoring" if expected == "monitoring_b" else expected)
