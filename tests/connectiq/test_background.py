"""What happens without the wearer, and what the glance makes of it."""

import json
import time
from itertools import pairwise
from typing import Any

import pytest

from tests.connectiq.home import ADDRESS, Home, a_day, a_route
from tests.connectiq.servers import stranger
from tests.connectiq.simulator import NotPossible, Watch

DEVICES = ["fenix7", "fr245", "instinct2", "venusq2", "venu2"]


def run(start: int) -> dict[str, int]:
    return {"start": start, "duration": 1800, "distance": 5000, "type": 1}


def sent(watch: Watch) -> list[dict[str, Any]]:
    return [request for request in watch.requests if request["process"] == "background"]


def test_an_activity_goes_up_five_minutes_after_it(home: Home) -> None:
    now = int(time.time())
    watch = home.paired(now=now, uniqueIdentifier="w")
    watch.leave()
    watch.advance(100)
    watch.complete_activity(**run(now - 1800))
    assert sent(watch) == []
    watch.advance(299)
    assert home.records("w") == []
    watch.advance(2)
    assert home.records("w") == [("act", now - 1800)]
    assert [request["url"].split("garmin/")[1] for request in sent(watch)] == [
        "records?e=200&max=500", "status?e=200&max=500",
    ]  # fmt: skip
    assert all(request["bytes"] <= 500 for request in sent(watch))
    report = watch.processes["background"]
    assert report["ended"]
    assert watch.background["temporal"], "and it goes on every so often"


def test_what_waits_shows_in_the_glance_without_a_request(home: Home) -> None:
    watch = home.paired()
    watch.leave()
    home.add("loop.gpx", a_route("Loop"), "/routes")
    watch.advance(301)
    seen = len(watch.requests)
    watch.advance(120).glance()
    assert watch.texts == ["Wristgate", "2 min ago · 1 waiting"]
    assert len(watch.requests) == seen
    assert home.acknowledged("w") == []


def test_the_glance_says_what_is_to_be_done_first(home: Home) -> None:
    watch = home.watch().glance()
    assert watch.texts == ["Wristgate", "Not paired"]


def test_a_watch_without_glances_has_the_widget(home: Home) -> None:
    with pytest.raises(NotPossible):
        home.watch("vivoactive4").glance()
    assert home.watch("vivoactive4").launch().texts[1] == "Not paired"


def test_it_runs_as_often_as_the_gateway_asks(home: Home) -> None:
    watch = home.paired()
    watch.leave()
    watch.advance(3600)
    assert 10 <= len([r for r in sent(watch) if "status" in r["url"]]) <= 12


def test_switched_off_it_never_runs(home: Home) -> None:
    now = int(time.time())
    watch = home.paired(now=now)
    watch.press("menu").choose("Settings").choose("Sync by itself")
    assert watch.properties["background"] is False
    watch.leave()
    watch.complete_activity(**run(now))
    watch.advance(7200)
    assert sent(watch) == []


def test_switched_off_on_the_phone_it_stops_by_itself(home: Home) -> None:
    watch = home.paired()
    watch.leave()
    watch.change_settings(background="false").advance(7200)
    assert sent(watch) == []
    assert not watch.background["temporal"]
    assert not watch.background["activities"]


def test_not_paired_it_asks_nobody(home: Home) -> None:
    watch = home.watch().launch()
    watch.leave()
    watch.advance(3600)
    assert watch.requests == []


def test_without_a_phone_it_asks_ever_less_often_and_loses_nothing(home: Home) -> None:
    now = int(time.time())
    watch = home.paired(now=now, uniqueIdentifier="w").policy(phoneConnected=False)
    watch.leave()
    watch.complete_activity(**run(now - 1800))
    watch.advance(86_400)
    times = [request["at"] for request in sent(watch)]
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert 8 <= len(times) <= 20
    assert 300 <= pauses[0] <= 900
    assert 7200 <= pauses[-1] <= 10_801
    watch.glance()
    assert watch.texts[1] == "24 h ago"
    watch.leave()
    watch.policy(phoneConnected=True).advance(10_801)
    assert home.records("w") == [("act", now - 1800)]


def test_a_lost_answer_is_asked_for_again_under_the_same_nonce(home: Home) -> None:
    now = int(time.time())
    watch = home.paired(now=now, uniqueIdentifier="w")
    watch.policy(faults=[{"at": 0, "match": "records", "kind": "answer-lost", "kill": True}])
    watch.leave()
    watch.complete_activity(**run(now - 1800))
    watch.advance(3600)
    bodies = [json.loads(request["body"]) for request in sent(watch) if "/records" in request["url"]]
    assert len(bodies) == 2
    assert bodies[0] == bodies[1]
    assert home.records("w") == [("act", now - 1800)]


def test_a_batch_that_the_background_began_is_ended_by_the_widget(home: Home) -> None:
    now = int(time.time())
    watch = home.paired(now=now, uniqueIdentifier="w")
    watch.policy(faults=[{"at": 0, "match": "records", "kind": "answer-lost"}])
    watch.leave()
    watch.complete_activity(**run(now - 1800))
    watch.advance(301).launch().press("select").advance(60)
    bodies = [json.loads(request["body"]) for request in watch.requests if "/records" in request["url"]]
    assert [body["n"] for body in bodies] == [bodies[0]["n"]] * 2
    assert home.records("w") == [("act", now - 1800)]


def test_widget_and_background_never_talk_at_once(home: Home) -> None:
    now = int(time.time())
    watch = home.paired(now=now, health=a_day(now), uniqueIdentifier="w")
    watch.policy(faults=[{"at": len(watch.requests), "kind": "request-lost"}]).press("select")
    assert "Syncing" in watch.texts, "between two attempts"
    watch.temporal_event()
    assert sent(watch) == []
    watch.advance(60)
    assert watch.texts[1] == "Up to date"


def test_a_background_that_died_does_not_lock_the_widget_out(home: Home) -> None:
    watch = home.paired()
    watch.leave()
    watch.policy(faults=[{"at": len(watch.requests), "kind": "answer-lost", "kill": True}])
    watch.temporal_event()
    watch.launch().press("select")
    assert "Syncing" in watch.texts
    watch.advance(70)
    assert watch.texts[1] == "Up to date"


def test_what_the_background_learns_shows_in_the_open_widget(home: Home) -> None:
    watch = home.paired(settings={"routes": "false"})
    home.add("loop.gpx", a_route("Loop"), "/routes")
    watch.advance(301)
    assert "1 waiting" in watch.texts


def test_a_token_that_was_revoked_is_told(home: Home) -> None:
    watch = home.paired()
    watch.leave()
    home.gateway.command("device", "revoke", home.rows("select id from devices")[0][0])
    watch.advance(301).glance()
    assert watch.texts[1] == "Not paired"
    watch.launch()
    assert watch.texts[1] == "Sign in again"


@pytest.mark.parametrize("device", DEVICES)
def test_glance_and_background_stay_within_their_memory(home: Home, device: str) -> None:
    now = int(time.time())
    watch = home.paired(device, now=now, health=a_day(now))
    watch.leave()
    watch.health(activities=[run(now - 60 * n) for n in range(60)])
    watch.temporal_event()
    watch.glance()
    for kind in ("glance", "background"):
        memory = watch.processes[kind]["memory"]
        assert memory["peak"] < memory["limit"] * 3 / 4, (kind, memory)


def test_it_waits_as_long_as_the_gateway_says(home: Home) -> None:
    watch = home.paired()
    watch.leave()
    calm = json.dumps({"ok": True, "pending": 0, "up": 0, "wait": 1800}).encode()
    with stranger(200, "application/json", calm) as server:
        watch.policy(rewrite={ADDRESS: server.url}).advance(7200)
    times = [request["at"] for request in sent(watch)]
    assert [later - earlier for earlier, later in pairwise(times)] == [1800, 1800, 1800]


def test_after_failures_it_soon_runs_as_often_as_before(home: Home) -> None:
    watch = home.paired().policy(phoneConnected=False)
    watch.leave()
    watch.advance(7200)
    watch.policy(phoneConnected=True).advance(10_801)
    seen = len(sent(watch))
    watch.advance(3600)
    assert len(sent(watch)) - seen >= 11


def test_the_widget_may_talk_as_soon_as_the_background_has_done(home: Home) -> None:
    watch = home.paired()
    watch.leave()
    watch.temporal_event()
    assert sent(watch)
    watch.launch().press("select")
    assert watch.texts[1] == "Up to date"
    assert watch.requests[-1]["process"] == "app"
