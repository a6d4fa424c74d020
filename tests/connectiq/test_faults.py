"""A link that drops at any message: at the end both sides agree, nothing is lost and nothing is there twice."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.connectiq.home import SETTINGS, Home, a_day, a_route, expected_records, whole
from tests.connectiq.simulator import Simulator, Watch
from tests.local import Local

PATHS = ["/routes/hill.gpx", "/routes/lake.gpx", "/workouts/week.json"]
#: requests of the sync that the faults hit; a test below holds this to be so
MESSAGES = 15


@pytest.fixture(scope="module")
def shared(simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """One gateway for all faults; each is played by a watch of its own."""
    with Local(SETTINGS) as gateway:
        home = Home(gateway, simulator, Path(tmp_path_factory.mktemp("home")))
        fill(home)
        yield home


def fill(home: Home) -> None:
    """Put there what a sync brings down."""
    home.add("garmin.json", b'{"hr":[120,140]}', "/config")
    home.add("week.json", b'{"Mon":"rest"}', "/workouts")
    home.add("hill.gpx", a_route("Hill"), "/routes")
    home.add("lake.gpx", a_route("Lake", north=0.1), "/routes")


def ready(home: Home, ident: str, now: int) -> Watch:
    """Give a paired watch with all that a sync can have to do, before the first one; small answers make pages."""
    watch = home.watch(
        now=now, health=a_day(now), uniqueIdentifier=ident, settings={"background": "false"}
    ).launch().press("select")  # fmt: skip
    home.confirm(watch)
    watch.advance(5)
    assert watch.texts == ["Paired"]
    watch.leave()
    document = json.dumps({"n": ident, "x": "y" * 1500})
    watch.store("jobs", [{"n": f"{ident}.json", "u": f"job-{ident}", "o": 0, "x": document}])
    return watch.store("page", 256).launch()


def settled(watch: Watch) -> bool:
    storage = watch.storage
    status = storage.get("status", {})
    return "t" in status and "e" not in status and status.get("p") == 0 and not storage.get("busy")


def finish(watch: Watch) -> None:
    """Press START as a patient wearer does, at most some times."""
    for _ in range(6):
        if settled(watch.advance(60)):
            return
        if watch.state["view"] != "MainView":
            watch.press("back")
        watch.press("select")
    pytest.fail(f"not settled: {watch.storage}")


def agree(home: Home, watch: Watch, ident: str, now: int) -> None:
    assert home.records(ident) == expected_records(a_day(now), now)
    assert [path for path in home.acknowledged(ident) if not path.startswith("/config")] == PATHS
    document = json.dumps({"n": ident, "x": "y" * 1500}).encode()
    assert home.uploads(ident) == [(f"{ident}.json", document)]
    assert sorted(item["name"] for item in watch.content) == ["Hill", "Lake"]
    storage = watch.storage
    assert storage["config"]["c"] == {"hr": [120, 140]}
    assert [plan["n"] for plan in storage["plans"]] == ["week.json"]
    assert (storage["outbox"]["q"], storage["outbox"]["b"]) == ([], None)
    assert (storage["jobs"], storage["acks"], storage["waiting"]) == ([], [], [])
    assert len(storage["routes"]) == 2


def nonces_are_repeated(requests: list[dict[str, Any]]) -> None:
    """The same records never travel under two names, nor other records under one."""
    sent = [request["body"] for request in requests if "/records" in request["url"] and request["body"]]
    bodies = [json.loads(body) for body in sent]
    pairs = {(body["n"], json.dumps(body["r"])) for body in bodies}
    assert len({nonce for nonce, _ in pairs}) == len({records for _, records in pairs}) == len(pairs)


def test_a_sync_without_faults_has_as_many_messages_as_are_hit(shared: Home) -> None:
    now = whole()
    watch = ready(shared, "calm", now)
    before = len(watch.requests)
    watch.press("select")
    assert len(watch.requests) - before == MESSAGES, [request["url"] for request in watch.requests[before:]]
    agree(shared, watch, "calm", now)


@pytest.mark.parametrize("kill", [False, True], ids=["alive", "killed"])
@pytest.mark.parametrize("kind", ["request-lost", "answer-lost"])
@pytest.mark.parametrize("message", range(MESSAGES))
def test_a_drop_at_any_message_changes_nothing_in_the_end(shared: Home, message: int, kind: str, kill: bool) -> None:
    now = whole()
    ident = f"{kind}-{message}-{kill}"
    watch = ready(shared, ident, now)
    at = len(watch.requests) + message
    watch.policy(faults=[{"at": at, "kind": kind, "code": -1004, "kill": kill}]).press("select")
    if kill:
        watch.launch()
    finish(watch)
    agree(shared, watch, ident, now)
    nonces_are_repeated(watch.requests)


def test_a_link_that_drops_every_other_message_gets_there(shared: Home) -> None:
    now = whole()
    watch = ready(shared, "flaky", now)
    at = len(watch.requests)
    kinds = ("request-lost", "answer-lost")
    watch.policy(faults=[{"at": at + n, "kind": kinds[n // 2 % 2], "code": -300} for n in range(0, 80, 2)])
    finish(watch)
    agree(shared, watch, "flaky", now)
    nonces_are_repeated(watch.requests)


def test_attempts_are_counted_anew_after_each_answer(shared: Home) -> None:
    watch = ready(shared, "patient", whole())
    at = len(watch.requests)
    watch.policy(faults=[{"at": at + n, "kind": "request-lost", "code": -300} for n in range(0, 24, 2)])
    watch.press("select").advance(200)
    assert settled(watch), "without a second press, although more messages were lost than it tries at one place"


def test_more_than_one_request_holds_arrives_once(shared: Home) -> None:
    now = whole()
    watch = ready(shared, "long", now)
    health = a_day(now)
    health["activities"] = [
        {"start": now - 80_000 + 1800 * n, "duration": 900, "distance": 3000, "type": 1} for n in range(40)
    ]
    for name in health["series"]:
        health["series"][name] = [[now - 86_400 + 300 * n, 50 + n % 50] for n in range(288)]
    watch.health(**health).policy(maxRequestBytes=700)
    finish(watch)
    watch.press("back").press("select").advance(60)
    assert shared.records("long") == expected_records(health, now)
    nonces_are_repeated(watch.requests)
