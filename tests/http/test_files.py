"""Down: status, list, download, ack and config over the watch API."""

import json
import zlib
from collections.abc import Callable

import pybase64
import pytest

from gateway.simwatch.localgateway import LocalGateway
from tests.client import Api, pair
from tests.samples import fit, gpx_route

Put = Callable[..., str]


def everything(device: Api, **query: object) -> list[dict[str, object]]:
    """List page by page to the end."""
    files: list[dict[str, object]] = []
    cursor: dict[str, object] = {}
    while True:
        answer = device.get("files", **query, **cursor).good
        files += answer["files"]
        if "next" not in answer:
            return files
        cursor = {"cursor": answer["next"]}


def test_status_counts(device: Api, put: Put) -> None:
    before = device.get("status").good
    assert set(before) == {"ok", "now", "pending", "up", "wait"}
    put("status.gpx", gpx_route(), "/routes")
    assert device.get("status").good["pending"] == before["pending"] + 1
    device.upload("s.fit", fit()).good  # noqa: B018
    after = device.get("status").good
    assert after["up"] == 1
    assert after["last"] >= before["now"]
    assert 60 <= after["wait"] <= 3600


def test_list_pages_newest_first_and_skips_nothing(device: Api, put: Put) -> None:
    for n in range(12):
        put(f"page-{n}.gpx", gpx_route(), "/routes/pages")
    whole = everything(device, max=32768)
    for limit in (256, 300, 700):
        assert everything(device, max=limit) == whole
        assert len(device.get("files", max=limit).body) <= limit
    ranks = [(entry["t"], entry["id"]) for entry in whole]
    assert ranks == sorted(ranks, reverse=True)
    entry = next(entry for entry in whole if entry["n"] == "page-3.gpx")
    assert entry["f"] == "/routes/pages"
    assert (entry["y"], entry["v"]) == ("gpx", 1)


def test_list_of_one_type_and_of_acknowledged(device: Api, put: Put) -> None:
    put("only.json", b'{"a":1}', "/workouts")
    put("only.gpx", gpx_route(), "/workouts")
    found = everything(device, type="json")
    assert "only.json" in [entry["n"] for entry in found]
    assert {entry["y"] for entry in found} == {"json"}
    entry = found[0]
    assert device.post("ack", {"files": [{"id": entry["id"], "v": entry["v"]}]}).good["pending"] >= 1
    assert entry not in everything(device, type="json")
    assert entry in everything(device, type="json", all=1)
    device.get("files", type="exe").failed("bad_request", 400)


@pytest.mark.parametrize("cursor", ["x", "1.2", "-1.aaaaaaaaaaaa", "99999999999.aaaaaaaaaaaa", "1.AAAAAAAAAAAA"])
def test_invented_cursors(device: Api, cursor: str) -> None:
    device.get("files", cursor=cursor).failed("bad_request", 400)


def test_long_names_are_shortened_and_one_entry_always_fits(device: Api, put: Put) -> None:
    put("ü" * 120 + ".gpx", gpx_route(), "/routes/" + "ö" * 100)
    for entry in everything(device, max=256):
        assert len(json.dumps(entry)) < 256
        assert len(json.dumps(entry["n"])) - 2 <= 48
        assert str(entry["n"]).endswith((".gpx", ".json"))


@pytest.mark.parametrize("limit", [256, 300, 777, 4096, 32768])
def test_download_part_by_part(device: Api, put: Put, limit: int) -> None:
    data = gpx_route(400)
    put("down.gpx", data, f"/routes/down{limit}")
    entry = next(entry for entry in everything(device) if entry["f"] == f"/routes/down{limit}")
    got, query = b"", {}
    while True:
        answer = device.get(f"download/{entry['id']}", max=limit, **query)
        assert len(answer.body) <= limit
        part = answer.good
        assert part["off"] == len(got)
        assert ("n" in part) == (not got)
        got += pybase64.b64decode(part["d"], validate=True)
        assert (part["s"], part["v"]) == (len(data), 1)
        if "next" not in part:
            break
        assert part["next"] == len(got)
        query = {"off": part["next"], "v": part["v"]}
    assert got == data
    assert part["crc"] == f"{zlib.crc32(data):08x}"


def test_download_by_name_gives_the_newest_that_waits(device: Api, put: Put) -> None:
    first, second = gpx_route(), gpx_route()
    put("same name.gpx", first, "/routes/older")
    put("same name.gpx", second, "/routes/newer")
    answers = [device.get("download/same%20name.gpx", max=32768).good for _ in range(2)]
    assert answers[0] == answers[1]
    newest = max((e["t"], e["id"]) for e in everything(device) if e["n"] == "same name.gpx")
    assert answers[0]["id"] == newest[1]
    device.post("ack", {"files": [{"id": newest[1], "v": 1}]}).good  # noqa: B018
    assert device.get("download/same%20name.gpx", max=32768).good["id"] != newest[1]


def test_a_file_that_changes_midway_is_gone_not_mixed(device: Api, put: Put) -> None:
    put("change.gpx", gpx_route(100), "/routes")
    first = device.get("download/change.gpx", max=512).good
    put("change.gpx", gpx_route(100), "/routes")
    device.get(f"download/{first['id']}", max=512, off=first["next"], v=first["v"]).failed("gone", 410)
    device.get(f"download/{first['id']}", max=512, off=first["next"]).failed("bad_request", 400)
    device.get(f"download/{first['id']}", off=10**6, v=2).failed("bad_request", 400)
    assert device.get(f"download/{first['id']}", v=2, max=512).good["v"] == 2


def test_a_json_document_as_it_is(device: Api, put: Put) -> None:
    put("zones.json", '{"hr":[100,120],"name":"Zönen 🏃","x":null}'.encode(), "/workouts")
    assert device.get("download/zones.json", **{"as": "json"}).good["j"] == {
        "hr": [100, 120], "name": "Zönen 🏃", "x": None,
    }  # fmt: skip
    put("big.json", json.dumps({"a": "x" * 3000}).encode(), "/workouts")
    device.get("download/big.json", max=1024, **{"as": "json"}).failed("too_large", 413)
    put("no.gpx", gpx_route(), "/workouts")
    device.get("download/no.gpx", **{"as": "json"}).failed("unsupported_type", 415)


def test_a_document_is_sent_as_it_stands(device: Api, put: Put) -> None:
    text = '{"big":12345678901234567890123, "e":1e5, "x":1.10, "k":1, "k":2, "ü":null}'
    put("asis.json", f" {text}\n".encode(), "/workouts")
    body = device.get("download/asis.json", **{"as": "json"}).body
    assert body.endswith(b',"j":' + text.replace("ü", "\\u00fc").encode() + b"}")


def test_ack_ignores_what_cannot_be_and_repeats_well(device: Api, put: Put) -> None:
    put("ack.gpx", gpx_route(), "/routes")
    key = device.get("download/ack.gpx").good["id"]
    before = device.get("status").good["pending"]
    strange = [{"id": "aaaaaaaaaaaa", "v": 1}, {"id": key, "v": 7}, {"id": "../x", "v": 0}]
    assert device.post("ack", {"files": strange}).good["pending"] == before
    for _ in range(2):
        assert device.post("ack", {"files": [{"id": key, "v": 1}]}).good["pending"] == before - 1
    put("ack.gpx", gpx_route(), "/routes")
    assert device.get("status").good["pending"] == before


@pytest.mark.parametrize("files", [None, {}, ["x"], [{"id": 5, "v": 1}], [{"id": "a"}], [{"id": "a", "v": "1"}]])
def test_bad_acks(device: Api, files: object) -> None:
    device.post("ack", {"files": files}).failed("bad_request", 400)


def test_what_a_device_sent_does_not_wait_for_it_but_can_be_read(gateway: LocalGateway, device: Api) -> None:
    other = pair(gateway)
    data = gpx_route()
    before = [device.get("status").good["pending"], other.get("status").good["pending"]]
    key = device.upload("mine.gpx", data).good["id"]
    assert device.get("status").good["pending"] == before[0]
    assert other.get("status").good["pending"] == before[1] + 1
    assert pybase64.b64decode(device.get(f"download/{key}").good["d"]) == data
    run = device.upload("mine.fit", fit()).good["id"]
    assert device.get(f"download/{run}").good["off"] == 0
    other.get(f"download/{run}").failed("not_found", 404)  # lies in /activities


def test_config_document(gateway: LocalGateway, put: Put) -> None:
    device = pair(gateway, "configured")
    device.get("config").failed("not_found", 404)
    put("garmin.json", b'{"zones":[1,2]}', "/config")
    before = device.get("status").good["pending"]
    general = device.get("config").good
    assert general["c"] == {"zones": [1, 2]}
    put("configured.json", '{"zones":[3],"ü":"🏃"}'.encode(), "/config")
    own = device.get("config").good
    assert own["c"] == {"zones": [3], "ü": "🏃"}
    assert device.get("config", have=own["v"]).good == {"ok": True, "v": own["v"], "same": True}
    assert device.get("config", have=general["v"]).good == own
    assert "configured.json" not in [entry["n"] for entry in everything(device, all=1)]
    assert before == device.get("status").good["pending"] - 1  # now garmin.json is a file like others
    device.get("config", max=256).good  # noqa: B018
    put("configured.json", json.dumps({"a": "x" * 500}).encode(), "/config")
    device.get("config", max=256).failed("too_large", 413)


@pytest.mark.parametrize("limit", ["0", "255", "32769", "x", "-1", "1e3", ""])
@pytest.mark.parametrize("path", ["files", "download/x.gpx", "status"])
def test_bad_max(device: Api, path: str, limit: str) -> None:
    assert device.get(path, max=limit).failed("bad_request", 400)["m"].startswith("max")
