"""Which files and summaries share an activity, whatever the order in which they come, go and change."""

import itertools
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model import Actor, Recording
from gateway.service import workouts
from gateway.service.identity import grouped
from tests.samples import START, fit, gpx_route
from tests.service.harness import Services


def xml(seconds: int, start: str = "2026-09-20T04:30:00Z", sport: str = "Running") -> bytes:
    """A TCX activity that lasts so long and says nothing else."""
    return (
        '<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>'
        f'<Activity Sport="{sport}"><Id>{start}</Id><Lap StartTime="{start}">'
        f"<TotalTimeSeconds>{seconds}</TotalTimeSeconds><DistanceMeters>0</DistanceMeters></Lap></Activity>"
        "</Activities></TrainingCenterDatabase>"
    ).encode()


def activities(services: Services) -> dict[str, str | None]:
    return {row.file.name: row.activity for row in services.tree.below(services.owner, "/")}


def journal(services: Services, action: str) -> list[dict[str, Any]]:
    with services.store.read() as transaction:
        rows = transaction.records._run(
            "select payload from journal where action = :action order by seq", action=action
        )
        return [json.loads(row[0]) for row in rows]


@pytest.mark.parametrize("order", list(itertools.permutations(["run.fit", "web.tcx", "ride.tcx"])))
def test_files_of_a_workout_are_one_activity_in_any_order(services: Services, order: tuple[str, ...]) -> None:
    files = {"run.fit": fit(), "web.tcx": xml(65), "ride.tcx": xml(60, sport="Biking")}
    for name in order:
        services.add(name, "/activities", files[name])
    services.add("loop.gpx", "/routes", gpx_route())
    found = activities(services)
    assert found["run.fit"] == found["web.tcx"] != found["ride.tcx"]
    assert found["loop.gpx"] is None
    assert {entry["path"]: entry.get("activity") for entry in journal(services, "put")} == {
        "/activities/run.fit": found["run.fit"], "/activities/web.tcx": found["web.tcx"],
        "/activities/ride.tcx": found["ride.tcx"], "/routes/loop.gpx": None,
    }  # fmt: skip
    assert journal(services, "join") == []


def test_a_file_in_the_middle_unites_and_its_next_version_parts(services: Services) -> None:
    services.add("early.tcx", "/activities", xml(3000))
    services.add("late.tcx", "/activities", xml(3000, "2026-09-20T04:31:40Z"))
    apart = activities(services)
    assert apart["early.tcx"] != apart["late.tcx"]
    middle = services.add("middle.tcx", "/activities", xml(3000, "2026-09-20T04:30:50Z"))
    assert len(set(activities(services).values())) == 1
    assert len(journal(services, "join")) == 1
    again = services.add("middle.tcx", "/activities", xml(9000, "2026-09-20T04:30:50Z"))
    assert (again.file.id, again.file.version) == (middle.file.id, 2)
    assert len(set(activities(services).values())) == 3
    services.add("middle.tcx", "/activities", b"no activity any more")
    parted = activities(services)
    assert parted["middle.tcx"] is None
    assert len({parted["early.tcx"], parted["late.tcx"]}) == 2


def test_a_new_version_with_the_same_facts_stays_where_it_is(services: Services) -> None:
    services.add("run.fit", "/activities", fit())
    before = activities(services)
    services.add("run.fit", "/activities", fit())
    assert activities(services) == before


def test_without_a_start_each_is_its_own(services: Services) -> None:
    track = '<gpx version="1.1"><trk><trkseg><trkpt lat="47.{}" lon="15"/></trkseg></trk></gpx>'
    for n in (1, 2):
        services.add(f"{n}.gpx", "/activities", track.format(n).encode())
    assert len(set(activities(services).values())) == 2


def test_users_do_not_share_activities(services: Services) -> None:
    services.write(services.accounts.add("owner@example.com", "correct horse"))
    stranger = services.pair("watch", services.write(services.accounts.add("other@example.com", "correct horse")))
    services.upload(services.pair(), "run.fit", data := fit())
    services.upload(stranger, "run.fit", data)
    mine, theirs = (entry["activity"] for entry in journal(services, "put"))
    assert mine != theirs


def test_a_crowd_at_one_moment_is_bounded(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workouts, "NEIGHBOURS", 5)
    for n in range(12):
        services.add(f"{n}.tcx", "/activities", xml(3000 + n))
    found = list(activities(services).values())
    assert None not in found
    assert len(set(found)) > 1


@pytest.mark.parametrize("zones", [(0, 2), (2, 0), (0, -5.5)])
def test_local_time_written_as_utc(services: Services, zones: tuple[float, float]) -> None:
    starts = [START + int(zone * 3600) for zone in zones] + [START + 1000]
    for n, start in enumerate(starts):
        moment = datetime.fromtimestamp(start, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        services.add(f"{n}.tcx", "/activities", xml(2700 + n, moment).replace(b">0</Dist", b">8200</Dist"))
    first, second, other = (entry["activity"] for entry in journal(services, "put"))
    assert first == second != other


def test_two_like_workouts_of_a_watch_are_two(services: Services) -> None:
    caller = services.pair()
    record = {"y": "act", "t": START - 9 * 3600, "d": 62, "sp": 1, "m": 190}
    services.write(services.records.take(caller, [record, {**record, "t": START}]))
    for hours in (0, 1):
        services.upload(caller, "run.fit", fit(start=START - hours * 3600))
    one, two = (entry["activity"] for entry in journal(services, "record"))
    now, before = (entry["activity"] for entry in journal(services, "put"))
    assert one != two == now != before != one


def test_a_request_is_grouped_once_for_each_neighbourhood(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    times = []

    def counted(*args: Any) -> None:
        times.append(args)
        regroup(*args)

    regroup = workouts.regroup
    monkeypatch.setattr(workouts, "regroup", counted)
    acts = [{"y": "act", "t": START - 900 * (n // 10), "d": 600 + n % 10, "m": 2000} for n in range(100)]
    services.write(services.records.take(services.pair(), acts))
    assert len(times) == 10
    given = [entry["activity"] for entry in journal(services, "record")]
    assert [len(set(given[n : n + 10])) for n in range(0, 100, 10)] == [1] * 10
    assert len(set(given)) == 10
    assert journal(services, "join") == []


def test_a_crowd_in_one_request(services: Services) -> None:
    acts = [{"y": "act", "t": START + n % 60, "d": 600 + n // 60, "m": 2000} for n in range(900)]
    services.write(services.records.take(services.pair(), acts))
    assert None not in [entry["activity"] for entry in journal(services, "record")]


_recordings = st.builds(
    Recording,
    st.sampled_from([START, START + 40, START + 70, START + 100, START + 3600, START + 3640]),
    st.sampled_from([1800.0, 1990.0, 3600.0]),
    st.sampled_from([None, 1750.0]),
    st.sampled_from([None, 5000.0, 5200.0, 9000.0]),
    st.sampled_from([None, "running", "cycling"]),
    st.sampled_from(["fit", "tcx", "act"]),
    st.sampled_from([None, "watch"]),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), _recordings), min_size=1, max_size=9), st.integers(1, 3))
def test_arrivals_and_changes_end_in_the_groups_of_what_is_said_last(
    said: list[tuple[int, Recording]], together: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        services = Services(Path(folder))
        actor = Actor(services.owner.id, services.owner.project)
        try:
            last = {}
            for begin in range(0, len(said), together):
                some = {f"source{number}": recording for number, recording in said[begin : begin + together]}
                last |= some
                services.write(lambda t, some=some: workouts.join_all(t, actor, some, services.now))
            with services.store.read() as transaction:
                given = {source: transaction.recordings.find(source)[0] for source in last}
        finally:
            services.store.close()
    parts = {frozenset(s for s in last if given[s] == activity) for activity in given.values()}
    assert parts == {frozenset(s for s in last if last[s] in group) for group in grouped(last.values())}
