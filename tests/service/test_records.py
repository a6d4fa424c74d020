"""Records: what counts as new, what takes whose place, which activity a summary belongs to."""

import json
from typing import Any

import pytest

from gateway.errors import BadRequest, Unauthorized
from gateway.service.clock import AHEAD
from gateway.service.devices import Caller
from gateway.service.records import MOST, Taken
from tests.e2e import content
from tests.samples import START
from tests.service.harness import NOW, Services

DAY = 86_400
MIDNIGHT = 1_789_862_400  # UTC


def send(services: Services, caller: Caller, *records: object, nonce: str | None = None) -> Taken:
    taken: Taken = services.write(services.records.take(caller, records, nonce))
    return taken


def stored(services: Services, kind: str) -> list[dict[str, Any]]:
    with services.store.read() as transaction:
        rows = transaction.records._run("select body from records where type = :kind order by time", kind=kind)
        return [json.loads(row[0]) for row in rows]


def entries(services: Services, action: str) -> list[dict[str, Any]]:
    with services.store.read() as transaction:
        rows = transaction.records._run(
            "select payload from journal where action = :action order by seq", action=action
        )
        return [json.loads(row[0]) for row in rows]


def day(midnight: int, steps: int) -> dict[str, object]:
    return {"y": "day", "t": midnight, "steps": steps}


def test_the_same_facts_are_one_record(services: Services) -> None:
    caller = services.pair()
    hr = {"y": "hr", "t": START, "step": 60, "d": [100, -1, 130]}
    assert send(services, caller, hr, hr) == Taken(1, 1, ())
    assert send(services, caller, {**hr, "t": float(START), "extra": "ignored"}) == Taken(0, 1, ())
    assert send(services, services.pair("other"), hr) == Taken(1, 0, ())
    assert stored(services, "hr") == [hr, hr]
    assert entries(services, "record") == [hr, hr]


def test_a_day_takes_the_place_of_the_same_day_alone(services: Services) -> None:
    caller = services.pair()
    for n, steps in enumerate((5000, 9000, 9000)):
        assert send(services, caller, day(MIDNIGHT, steps)) == (Taken(1, 0, ()) if n < 2 else Taken(0, 1, ()))
    send(services, caller, day(MIDNIGHT - DAY, 100), day(MIDNIGHT + DAY, 200))
    send(services, services.pair("other"), day(MIDNIGHT, 1))
    assert [record["steps"] for record in stored(services, "day")] == [100, 9000, 1, 200]
    assert len(entries(services, "record")) == 5


@pytest.mark.parametrize("zone", [-10, -9, -3.5, 0, 5.75, 12, 13, 13.75])
def test_a_traveller_has_one_day_a_date(services: Services, zone: float) -> None:
    """Midnight somewhere else is the same day's midnight, and a changed clock makes no two days one."""
    caller = services.pair()
    send(services, caller, day(MIDNIGHT, 1), day(MIDNIGHT + DAY, 2))
    send(services, caller, day(MIDNIGHT - int(zone * 3600), 3))
    assert sorted(record["steps"] for record in stored(services, "day")) == [2, 3]


def test_the_future_begins_a_day_after_the_later_of_two_clocks(services: Services) -> None:
    caller = services.pair()
    late, later = day(NOW + AHEAD, 1), day(NOW + AHEAD + 1, 2)
    assert send(services, caller, late, later) == Taken(1, 0, ((1, "t is in the future"),))
    services.now -= 10 * 365 * DAY  # a machine without a clock of its own has lost its power
    assert send(services, caller, {**late, "steps": 3}).new == 1
    long = {"y": "stress", "t": NOW, "step": 3600, "d": [1] * 30}
    assert send(services, caller, long).bad == ((0, "d reaches into the future"),)


def test_a_nonce_answers_as_the_first_time(services: Services) -> None:
    caller = services.pair()
    records = (day(MIDNIGHT, 1), {"y": "hr"}, day(MIDNIGHT, 1))
    first = send(services, caller, *records, nonce="n")
    assert first == Taken(1, 1, ((1, "t is missing"),))
    assert send(services, caller, *records, nonce="n") == first
    with pytest.raises(BadRequest, match="another request"):
        send(services, caller, records[0], nonce="n")
    with pytest.raises(BadRequest, match="another request"):
        services.part(caller, "n", content.small(1), 0, 100)
    assert len(entries(services, "record")) == 1
    floats = [{key: float(value) if key == "t" else value for key, value in record.items()} for record in records]
    assert send(services, caller, *floats, nonce="n") == first


def test_only_the_start_of_a_summary_counts_for_the_future(services: Services) -> None:
    act = {"y": "act", "t": NOW + AHEAD, "d": 4000}
    assert send(services, services.pair(), act, {**act, "t": NOW + AHEAD + 1}) == Taken(
        1, 0, ((1, "t is in the future"),)
    )


def test_who_is_shut_out_leaves_nothing(services: Services) -> None:
    caller = services.pair()
    prepared = services.records.take(caller, [day(MIDNIGHT, 1)])
    services.write(services.devices.revoke(caller.device.id))
    with pytest.raises(Unauthorized):
        services.write(prepared)
    assert stored(services, "day") == []


def test_too_many_at_once(services: Services) -> None:
    caller = services.pair()
    with pytest.raises(BadRequest, match=f"at most {MOST}"):
        services.records.take(caller, [day(MIDNIGHT, 1)] * (MOST + 1))


@pytest.mark.parametrize("file_first", [True, False])
def test_a_summary_and_the_file_of_its_workout_are_one_activity(services: Services, file_first: bool) -> None:
    caller = services.pair()
    act = {"y": "act", "t": START + 30, "d": 62, "sp": 1}
    steps = [lambda: services.upload(caller, "run.fit", content.small(1)), lambda: send(services, caller, act)]
    for step in steps if file_first else reversed(steps):
        step()
    send(services, caller, {**act, "t": START + 3000})
    (file,) = entries(services, "put")
    near, far = (entry["activity"] for entry in entries(services, "record"))
    assert file["activity"] == near != far
    (listed,) = services.tree.below(services.owner, "/activities")
    assert (listed.activity, listed.summaries) == (near, 1)
