"""What wearers complain about: each has words, loses nothing, and is over once its cause is."""

import json
import socket
import time
from pathlib import Path

import pytest

from tests.connectiq.home import ADDRESS, Home, a_day, a_route, expected_records
from tests.connectiq.servers import stranger
from tests.connectiq.simulator import Watch

BY_HAND = {"background": "false"}


def headline(watch: Watch) -> str:
    return watch.texts[1].replace("\n", " ")


def loaded(home: Home, **options: object) -> Watch:
    """Give a paired watch, synced, with an activity and a route to come."""
    now = int(time.time())
    watch = home.paired(now=now, settings=BY_HAND, uniqueIdentifier="w", **options)
    home.add("loop.gpx", a_route("Loop"), "/routes")
    return watch.health(activities=a_day(now)["activities"])


def cured(home: Home, watch: Watch) -> None:
    """What had to go up and down has gone, once each."""
    watch.policy(rewrite={ADDRESS: home.gateway.url})
    if watch.state["view"] == "MainView":
        watch.press("select").advance(60)
    assert watch.menu == ["Loop"], watch.state
    watch.press("back")
    assert headline(watch) == "Up to date"
    assert len(home.records("w")) == 2
    assert home.acknowledged("w") == ["/routes/loop.gpx"]
    assert len(watch.content) == 1


def test_no_phone(home: Home) -> None:
    watch = loaded(home).policy(phoneConnected=False).press("select")
    assert headline(watch) == "Phone not connected"
    cured(home, watch.policy(phoneConnected=True))


def test_gateway_down(home: Home) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{free.getsockname()[1]}"
    watch = loaded(home).policy(rewrite={ADDRESS: nowhere}).press("select")
    assert "Syncing" in watch.texts, "it tries again by itself"
    watch.advance(120)
    assert headline(watch) == "No answer from the gateway"
    cured(home, watch)


def test_gateway_that_comes_back_in_time_is_not_even_told(home: Home) -> None:
    watch = loaded(home)
    with stranger() as server:
        watch.policy(rewrite={ADDRESS: server.url}).press("select").advance(3)
    watch.policy(rewrite={ADDRESS: home.gateway.url}).advance(60)
    assert watch.menu == ["Loop"], "without a second press"
    cured(home, watch)


def test_gateway_slow(home: Home) -> None:
    watch = loaded(home)
    with stranger() as server:
        server.hold.clear()
        watch.policy(rewrite={ADDRESS: server.url}, timeoutMs=200).press("select").advance(120)
        assert headline(watch) == "No answer from the gateway"
        server.hold.set()
    cured(home, watch.policy(timeoutMs=10_000))


@pytest.mark.parametrize("errors", ["shown", "bodyless", "hidden"])
@pytest.mark.parametrize("status", [200, 502])
def test_proxy_that_answers_in_html(home: Home, status: int, errors: str) -> None:
    watch = loaded(home)
    with stranger(status) as server:
        watch.policy(rewrite={ADDRESS: server.url}, errors=errors).press("select").advance(120)
    words = {
        (200, "shown"): "No Wristgate there: check the address",
        (502, "shown"): "The gateway has a problem (502)",
        (502, "hidden"): "No answer from the gateway",
    }
    words[200, "bodyless"] = words[200, "hidden"] = words[200, "shown"]
    words[502, "bodyless"] = words[502, "shown"]
    assert headline(watch) == words[status, errors]
    cured(home, watch.policy(errors="shown"))


def test_another_server_that_answers_in_json(home: Home) -> None:
    watch = loaded(home)
    with stranger(200, "application/json", b'{"status":"fine"}') as server:
        watch.policy(rewrite={ADDRESS: server.url}).press("select").advance(120)
    assert headline(watch) == "No Wristgate there: check the address"
    cured(home, watch)


def test_certificate_that_nobody_trusts(home: Home, tmp_path: Path) -> None:
    watch = loaded(home)
    with stranger() as server:
        server.sign_itself(tmp_path)
        watch.policy(rewrite={ADDRESS: server.url}).press("select")
        assert headline(watch) == "No secure connection: check the certificate"
        assert watch.storage["account"]["token"]
    cured(home, watch)


def test_gateway_that_is_busy_is_given_the_time_it_asks_for(home: Home) -> None:
    watch = loaded(home)
    busy = json.dumps({"ok": False, "code": 503, "error": "busy", "m": "later", "wait": 25}).encode()
    with stranger(200, "application/json", busy) as server:
        watch.policy(rewrite={ADDRESS: server.url}).press("select")
        seen = len(watch.requests)
        watch.advance(24)
        assert len(watch.requests) == seen
        watch.advance(2)
        assert len(watch.requests) == seen + 1
    watch.policy(rewrite={ADDRESS: home.gateway.url}).advance(60)
    cured(home, watch)


def test_gateway_that_is_busy_for_long_is_told(home: Home) -> None:
    watch = loaded(home)
    busy = json.dumps({"ok": False, "code": 429, "error": "rate_limited", "m": "later", "wait": 60}).encode()
    with stranger(200, "application/json", busy) as server:
        watch.policy(rewrite={ADDRESS: server.url}).press("select")
        assert headline(watch) == "The gateway is busy"
    cured(home, watch)


@pytest.mark.parametrize("errors", ["shown", "bodyless"])
def test_token_revoked(home: Home, errors: str) -> None:
    watch = loaded(home, policy={"errors": errors})
    (device,) = home.rows("select id from devices")
    home.gateway.command("device", "revoke", device[0])
    watch.press("select")
    assert headline(watch) == "Sign in again"
    assert "START pairs" in watch.texts
    assert "account" not in watch.storage
    watch.press("select")
    home.confirm(watch)
    watch.advance(30)
    cured(home, watch)


@pytest.mark.parametrize("device", ["fr245", "instinct2", "venusq2"])
def test_thirty_routes_wait_for_a_small_watch(home: Home, device: str) -> None:
    file = home.folder / "routes"
    file.mkdir()
    names = [f"Route number {n}" for n in range(30)]
    for n, name in enumerate(names):
        (file / f"a-rather-long-file-name-of-route-{n:02}.gpx").write_bytes(a_route(name, north=n / 10))
    home.gateway.command("add", *map(str, sorted(file.iterdir())), "--to", "/routes")
    profile = {"content": ["Courses", "Workouts"]}
    watch = home.paired(
        device, uniqueIdentifier="small", settings=BY_HAND, profile=profile, policy={"maxResponseBytes": 3000}
    )
    assert len(home.acknowledged("small")) == 30
    assert sorted(item["name"] for item in watch.content) == sorted(names)
    assert len(watch.menu or []) == 20, "the newest twenty are listed"


def test_answers_that_are_too_large_are_asked_for_smaller(home: Home) -> None:
    for n in range(12):
        home.add(f"route-{n:02}.gpx", a_route(f"Route {n}", north=n / 10), "/routes")
    watch = home.paired(settings={**BY_HAND, "routes": "false"}, policy={"maxResponseBytes": 700})
    lists = [request for request in watch.requests if "/files" in request["url"]]
    assert [(request["code"], request["url"].split("max=")[1]) for request in lists[:4]] == [
        (-402, "4096"), (-402, "2048"), (-402, "1024"), (200, "512"),
    ]  # fmt: skip
    watch.press("select")
    assert watch.requests[-1]["url"].endswith("max=512"), "what worked is remembered"


def test_the_watch_says_that_it_asks_for_less(home: Home) -> None:
    for n in range(12):
        home.add(f"route-{n:02}.gpx", a_route(f"Route {n}", north=n / 10), "/routes")
    watch = home.paired(settings={**BY_HAND, "routes": "false"})
    watch.policy(maxResponseBytes=700, faults=[{"at": len(watch.requests) + 3, "kind": "request-lost"}]).press("select")
    assert "Answer too large, trying smaller" in [text.replace("\n", " ") for text in watch.texts]


def test_routes_that_are_too_large_come_with_fewer_points(home: Home) -> None:
    home.add("long.gpx", a_route("Long", points=2000), "/routes")
    refusals = [{"at": at, "match": "native", "kind": "code", "code": code} for at, code in enumerate((-402, -403))]
    watch = home.paired(uniqueIdentifier="w", policy={"faults": refusals})
    asked = [request["url"].split("points=")[-1] for request in watch.requests if "native" in request["url"]]
    assert asked[1:] == ["1000", "500"]
    assert home.acknowledged("w") == ["/routes/long.gpx"]


def test_requests_that_are_too_large_are_sent_smaller(home: Home) -> None:
    now = int(time.time())
    watch = home.paired(
        now=now, health=a_day(now), uniqueIdentifier="w", settings=BY_HAND, policy={"maxRequestBytes": 700}
    )
    watch.press("menu").choose("Back up now").advance(60)
    assert headline(watch) == "Up to date"
    ((name, body),) = home.uploads("w")
    assert (name, json.loads(body)["made"]) == ("watch-backup.json", now + 60)
    assert len(home.records("w")) > 4


def test_clock_jumps(home: Home) -> None:
    now = int(time.time())
    watch = home.paired(now=now, health=a_day(now), uniqueIdentifier="w", settings=BY_HAND)
    watch.set_clock(now - 86400 * 400).press("select")
    assert watch.texts[1:3] == ["Up to date", "just now"]
    watch.set_clock(now + 86400 * 400).press("select").advance(60)
    later = {"start": now + 600, "duration": 900, "distance": 3000, "type": 1}
    watch.set_clock(now + 3600).health(activities=[*a_day(now)["activities"], later]).press("select").advance(60)
    acts = [at for kind, at in home.records("w") if kind == "act"]
    assert acts == [now - 90_000, now - 7200, now + 600]


def test_storage_that_is_full_is_told_and_nothing_is_acknowledged(home: Home) -> None:
    home.add("garmin.json", json.dumps({"text": "x" * 3000}).encode(), "/config")
    home.add("week.json", b'{"Mon":"rest"}', "/workouts")
    watch = home.paired(uniqueIdentifier="w", settings=BY_HAND, storageLimits={"totalBytes": 3000})
    assert headline(watch) == "The watch is full"
    assert "config" not in watch.storage
    assert home.acknowledged("w") == [f"/workouts/{plan['n']}" for plan in watch.storage["plans"]]


def test_content_store_that_is_full_is_told(home: Home) -> None:
    watch = loaded(home).policy(contentFreeBytes=100).press("select").advance(60)
    assert headline(watch) == "The watch is full"
    assert home.acknowledged("w") == []
    cured(home, watch.policy(contentFreeBytes=1_000_000))


def test_firmware_that_never_tells_is_given_up_on(home: Home) -> None:
    watch = loaded(home).policy(nativeNeverCompletes=True).press("select")
    assert "Syncing" in watch.texts
    watch.advance(400)
    assert headline(watch) == "No answer from the gateway"
    cured(home, watch.policy(nativeNeverCompletes=False))


def test_a_file_that_cannot_be_given_does_not_stop_the_others(home: Home) -> None:
    watch = loaded(home)
    watch.policy(faults=[{"at": 0, "match": "native", "kind": "code", "code": 404}])
    home.add("hill.gpx", a_route("Hill", north=1), "/routes")
    watch.press("select").advance(60)
    assert len(watch.content) == 1
    if watch.menu:
        watch.press("back")
    assert "404" not in headline(watch)
    watch.press("select").advance(60)
    assert len(watch.content) == 2


def test_garbage_in_storage_does_not_keep_the_widget_from_opening(home: Home) -> None:
    keys = ["version", "account", "pairing", "status", "outbox", "jobs", "config", "plans", "routes", "acks", "waiting",
            "sent", "page", "part", "busy", "failures", "log", "serial"]  # fmt: skip
    for garbage in ("text", -1, [1, "x"], {"a": 1}):
        watch = home.watch(storage=dict.fromkeys(keys, garbage)).launch()
        assert watch.texts[1]
        watch.press("menu").press("back")


def test_a_clock_that_ran_ahead_hides_nothing_that_comes_after_it(home: Home) -> None:
    now = int(time.time()) // 300 * 300
    ahead = now + 86_400 * 40
    watch = home.paired(now=now, uniqueIdentifier="w", settings=BY_HAND)
    watch.set_clock(ahead).health(**a_day(ahead)).press("select").advance(60)
    watch.set_clock(now).health(**a_day(now)).press("select").advance(60)
    assert set(expected_records(a_day(now), now)) <= set(home.records("w"))


def test_a_turn_taken_by_a_clock_that_ran_ahead_is_over(home: Home) -> None:
    now = int(time.time())
    watch = home.paired(now=now, settings=BY_HAND)
    watch.store("busy", {"o": 1, "t": now + 10**6}).press("select")
    assert headline(watch) == "Up to date"
    assert watch.requests[-1]["at"] >= now + 60


def test_nothing_is_sent_that_could_not_be_noted(home: Home) -> None:
    now = int(time.time())
    watch = home.paired(now=now, uniqueIdentifier="w", settings=BY_HAND, storageLimits={"totalBytes": 8000})
    runs = [{"start": now - 60 * n, "duration": 50, "distance": 100, "type": 1} for n in range(30)]
    watch.store("filler", "x" * 6500).health(activities=runs).press("select")
    assert headline(watch) == "The watch is full"
    assert not any("/records" in request["url"] for request in watch.requests)
    watch.store("filler", "").press("select")
    assert len(home.records("w")) == 30


def test_a_plan_for_which_there_is_no_room_goes_on_waiting(home: Home) -> None:
    home.add("week.json", json.dumps({"text": "x" * 3000}).encode(), "/workouts")
    watch = home.paired(uniqueIdentifier="w", settings=BY_HAND, storageLimits={"totalBytes": 3000})
    assert headline(watch) == "The watch is full"
    assert home.acknowledged("w") == []


def test_a_config_that_is_too_large_does_not_stop_the_rest(home: Home) -> None:
    home.add("garmin.json", json.dumps({"text": "x" * 1500}).encode(), "/config")
    home.add("loop.gpx", a_route("Loop"), "/routes")
    watch = home.paired(uniqueIdentifier="w", settings=BY_HAND, policy={"maxResponseBytes": 700})
    assert "config" not in watch.storage
    assert watch.storage.get("page") == 1024, "the gateway, asked for less, says that it is too long"
    assert watch.menu == ["Loop"]


def test_firmware_that_keeps_a_file_and_never_tells_is_not_asked_again(home: Home) -> None:
    watch = loaded(home).policy(nativeNeverCompletes=True)
    file = home.folder / "there.gpx"
    file.write_bytes(a_route("loop"))
    watch.press("select").add_content(file)
    watch.advance(120)
    assert watch.menu == ["loop"]
    assert home.acknowledged("w") == ["/routes/loop.gpx"]
