"""What owners, gateways and watches do that nobody plans: other versions, other shapes of answers, other settings."""

import json

import pytest

from tests.connectiq.home import ADDRESS, Home, a_day, a_route, code, whole
from tests.connectiq.servers import stranger
from tests.connectiq.simulator import Watch

BY_HAND = {"background": "false"}


def ok(**members: object) -> bytes:
    return json.dumps({"ok": True, **members}).encode()


def synced(watch: Watch) -> Watch:
    if watch.state["view"] != "MainView":
        watch.press("back")
    return watch.press("select").advance(60)


def test_a_new_version_that_fails_to_come_is_not_taken_for_the_old_one(home: Home) -> None:
    home.add("loop.gpx", a_route("loop"), "/routes")
    watch = home.paired(uniqueIdentifier="w", settings=BY_HAND)
    home.add("loop.gpx", a_route("loop", points=80), "/routes")
    watch.policy(faults=[{"at": 0, "match": "native", "kind": "code", "code": 503}])
    watch.policy(faults=[{"at": 1, "match": "native", "kind": "request-lost"}])
    synced(watch)
    sizes = sorted(item["bytes"] for item in watch.content)
    assert len(sizes) == 2
    assert sizes[1] > sizes[0]


def test_a_name_that_begins_like_another_is_another(home: Home) -> None:
    home.add("around-the-lake.gpx", a_route("around-the-lake"), "/routes")
    watch = home.paired(uniqueIdentifier="w", settings=BY_HAND)
    home.add("around-the-lake-long-way.gpx", a_route("around-the-lake-long-way"), "/routes")
    watch.policy(faults=[{"at": 1, "match": "native", "kind": "request-lost"}])
    synced(watch)
    assert len(watch.content) == 2


def test_all_sensors_get_their_turn(home: Home) -> None:
    now = whole()
    names = ["HeartRate", "Stress", "BodyBattery", "OxygenSaturation", "Elevation", "Temperature"]
    series = {name: [[now - 86_000 + 120 * n, 50 + n % 9] for n in range(716)] for name in names}
    home.paired(now=now, health={"series": series}, uniqueIdentifier="w", settings=BY_HAND)
    kinds = [kind for kind, _ in home.records("w")]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == dict.fromkeys(
        ["hr", "stress", "bb", "spo2", "alt", "temp"], 12
    )


def test_a_watch_that_counts_no_floors_sends_its_days(home: Home) -> None:
    now = whole()
    health = a_day(now)
    for day in (*health["days"], health["today"]):
        del day["floorsClimbed"]
    home.paired("venusq2", now=now, health=health, uniqueIdentifier="w", settings=BY_HAND)
    assert [kind for kind, _ in home.records("w")].count("day") == 2


def test_documents_that_have_no_room_keep_nothing_else_from_coming(home: Home) -> None:
    home.add("garmin.json", json.dumps({"n": [1] * 1900}).encode(), "/config")
    home.add("ones.json", json.dumps([1] * 1900).encode(), "/workouts")
    home.add("loop.gpx", a_route("Loop"), "/routes")
    watch = home.paired(uniqueIdentifier="w", settings=BY_HAND)
    assert [item["name"] for item in watch.content] == ["Loop"]
    assert home.acknowledged("w") == ["/routes/loop.gpx"]
    watch.press("back")
    assert watch.texts[1].replace("\n", " ") in ("The watch is full", "Answer too large for this watch")


def test_a_plan_that_changes_puts_no_other_out(home: Home) -> None:
    for name in ("a", "b"):
        home.add(f"{name}.json", json.dumps({"t": "x" * 1700}).encode(), "/workouts")
    watch = home.paired(settings=BY_HAND)
    home.add("b.json", json.dumps({"t": "y" * 1700}).encode(), "/workouts")
    synced(watch)
    assert sorted(plan["n"] for plan in watch.storage["plans"]) == ["a.json", "b.json"]


@pytest.mark.parametrize(("match", "failure"), [("records", 400), ("native", -1002), ("upload", 400), ("config", 404)])
def test_what_is_refused_for_good_keeps_nothing_else_from_going(home: Home, match: str, failure: int) -> None:
    now = whole()
    watch = home.paired(now=now, uniqueIdentifier="w", settings=BY_HAND)
    watch.health(activities=a_day(now)["activities"]).store("jobs", [{"n": "x.json", "u": "n", "o": 0, "x": '{"x":1}'}])
    home.add("garmin.json", b"{}", "/config")
    for name in ("hill", "lake"):
        home.add(f"{name}.gpx", a_route(name, north=len(name)), "/routes")
    refusals = [{"at": at, "match": match, "kind": "code", "code": failure} for at in range(2)]
    synced(watch.policy(faults=refusals))
    assert len(watch.content) >= 1
    assert match == "upload" or home.uploads("w")
    assert match == "records" or len(home.records("w")) == 2
    for _ in range(2):
        synced(watch.policy(faults=[]))
    assert (len(watch.content), len(home.records("w")), len(home.uploads("w"))) == (2, 2, 1)


def test_another_address_costs_no_pairing(home: Home) -> None:
    watch = home.paired(settings=BY_HAND)
    account = watch.storage["account"]
    watch.change_settings(gateway="https://other.test").policy(rewrite={"https://other.test": home.gateway.url})
    watch.press("menu").choose("Back up now")
    assert watch.texts[1] == "Not paired"
    watch.change_settings(gateway=ADDRESS).policy(rewrite={ADDRESS: home.gateway.url})
    assert watch.storage["account"] == account
    assert synced(watch).texts[1] == "Up to date"


def test_a_code_is_shown_and_asked_for_at_its_own_address_alone(home: Home) -> None:
    watch = home.watch().launch().press("select")
    first = code(watch)
    watch.leave()
    watch.change_settings(gateway="https://other.test").policy(rewrite={"https://other.test": home.gateway.url})
    seen = len(watch.requests)
    watch.launch().press("select")
    assert code(watch) != first
    assert watch.requests[seen]["method"] == "POST"


def test_without_an_address_nothing_is_asked(home: Home) -> None:
    watch = home.watch(settings={"gateway": ""}).launch()
    watch.press("menu").choose("Back up now")
    watch.press("menu").choose("Pair").advance(30)
    assert watch.requests == []


def test_an_activity_is_not_put_off_by_opening_the_widget(home: Home) -> None:
    now = whole()
    watch = home.paired(now=now, uniqueIdentifier="w")
    watch.leave()
    watch.store("status", {**watch.storage["status"], "w": 3600})
    watch.complete_activity(start=now, duration=60, distance=100, type=1)
    watch.advance(60).launch().leave()
    watch.advance(241)
    assert home.records("w") == [("act", now)]


def test_switched_on_on_the_phone_it_begins(home: Home) -> None:
    watch = home.paired(settings=BY_HAND)
    watch.change_settings(background="true").leave()
    watch.advance(3600)
    assert any(request["process"] == "background" for request in watch.requests)


@pytest.mark.parametrize(
    "files", [[{}], ["x"], [{"id": "a", "n": "a.gpx", "y": "gpx", "v": 1}], "x", 5, [[]], [{"id": 1, "n": 2, "y": 3}]]
)
def test_lists_of_another_shape_crash_nothing(home: Home, files: object) -> None:
    watch = home.paired(settings=BY_HAND)
    body = ok(files=files, pending=3, up="x", wait=2**31 - 1, v="1", c=5, have=-5, n="x", new="y")
    with stranger(200, "application/json", body) as server:
        watch.policy(rewrite={ADDRESS: server.url}).press("select").advance(60)
        watch.press("menu").choose("Routes").press("back")
        watch.press("menu").choose("Plans").press("back")
    watch.policy(rewrite={ADDRESS: home.gateway.url})
    assert synced(watch).texts[1] == "Up to date"


@pytest.mark.parametrize("poll", [-1, 0, 2**31 - 1, "x", None])
def test_pairing_asks_neither_too_often_nor_never(home: Home, poll: object) -> None:
    body = ok(id="secret", code="ABCD2345", url="https://x/pair", ttl=poll, poll=poll, state="wait")
    with stranger(200, "application/json", body) as server:
        watch = home.watch(policy={"rewrite": {ADDRESS: server.url}}).launch().press("select").advance(60)
        assert 5 <= len(watch.requests) <= 15
    with stranger(200, "application/json", ok(id="secret", code="ABC", url="x")) as server:
        watch = home.watch(policy={"rewrite": {ADDRESS: server.url}}).launch().press("select")
        assert not any("ABC" in text for text in watch.texts)


def test_a_file_that_was_deleted_meanwhile_is_no_trouble(home: Home) -> None:
    home.add("loop.gpx", a_route("Loop"), "/routes")
    watch = home.paired(
        uniqueIdentifier="w",
        settings=BY_HAND,
        policy={"faults": [{"at": 0, "match": "native", "kind": "code", "code": 404}]},
    )
    assert watch.texts[1] == "1 waiting"


def test_a_clock_set_back_while_it_syncs_changes_nothing(home: Home) -> None:
    now = whole()
    watch = home.paired(now=now, uniqueIdentifier="w", settings=BY_HAND).health(**a_day(now))
    watch.policy(faults=[{"at": len(watch.requests) + 2, "kind": "request-lost"}]).press("select")
    watch.set_clock(now - 86400).advance(60)
    synced(watch.set_clock(now + 120))
    assert ("act", now - 7200) in home.records("w")
    assert len(home.records("w")) == len(set(home.records("w")))
