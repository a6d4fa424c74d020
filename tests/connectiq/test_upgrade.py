"""Storage that an earlier build left in the middle of a sync; taken from that build, the token exchanged."""

import json
from pathlib import Path

from tests.client import pair
from tests.connectiq.home import Home, a_day

BEFORE = Path(__file__).parents[1] / "data" / "widget" / "storage-before-1.0.json"
NOW = 1_795_190_460


def test_an_upgrade_goes_on_where_the_version_before_was(home: Home) -> None:
    before = json.loads(BEFORE.read_bytes())
    before["account"]["token"] = pair(home.gateway, ident="w").token
    health = {"activities": a_day(NOW - 60)["activities"]}
    watch = home.watch(
        now=NOW, storage=before, health=health, uniqueIdentifier="w", settings={"background": "false"}
    ).launch()  # fmt: skip
    assert watch.texts[1] == "1 waiting"
    watch.press("select").advance(60)
    assert watch.texts[1] == "Up to date"
    (batch,) = (json.loads(request["body"]) for request in watch.requests if "/records" in request["url"])
    assert (batch["n"], batch["r"]) == (before["outbox"]["b"]["n"], before["outbox"]["q"])
    assert home.uploads("w") == [("watch-backup.json", before["jobs"][0]["x"].encode())]
    assert any(
        before["acks"] == json.loads(request["body"])["files"] for request in watch.requests if "/ack" in request["url"]
    )
    storage = watch.storage
    assert (storage["version"], storage["account"]) == ("1.0.0", before["account"])
    assert "max=4096" in watch.requests[0]["url"], "sizes are learned anew"
    assert storage["routes"] == before["routes"]


def test_a_version_learns_sizes_once(home: Home) -> None:
    watch = home.watch(storage={"version": "1.0.0", "page": 512, "part": 700}).launch()
    assert (watch.storage["page"], watch.storage["part"]) == (512, 700)


def test_storage_of_a_version_to_come_keeps_the_pairing(home: Home) -> None:
    watch = home.paired(uniqueIdentifier="w")
    watch.store("version", "9.0.0").store("outbox", {"v": 9}).store("status", "fine").store("routes", {"a": 1})
    watch.launch().press("select").advance(60)
    assert watch.texts[1] == "Up to date"
