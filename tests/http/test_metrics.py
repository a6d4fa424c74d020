"""What the gateway tells of itself: to whom, and whether it is true."""

import json
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families as families

from gateway.simwatch.localgateway import LocalGateway
from tests.client import Answer, Api, base64, pair
from tests.conftest import NO_LIMITS
from tests.e2e.program import wait_until
from tests.http.store import client, created, put, send, unique
from tests.local import Local
from tests.samples import fit

ROOT = Path(__file__).parents[2]
TOKEN = "a token for the metrics"
OPENED = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[LocalGateway]:
    (tmp_path / "drop").mkdir()
    settings = {"SYNC_METRICS_TOKEN": TOKEN, "SYNC_LISTEN_ADDR": "0.0.0.0:0", "SYNC_DROP_DIR": str(tmp_path / "drop")}
    with Local(NO_LIMITS | settings) as running:
        running.url = running.url.replace("0.0.0.0", "127.0.0.1")
        yield running


def figures(gateway: LocalGateway) -> dict[tuple[str, ...], float]:
    """All figures by their names and the values of their labels, which are in the order of the alphabet."""
    answer = Api(gateway.url).call("GET", "/metrics")
    assert answer.status == 200
    return {
        (sample.name.removeprefix("wristgate_"), *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in families(answer.body.decode())
        for sample in family.samples
    }


@pytest.mark.parametrize("path", ["/metrics", "/metricz"])
def test_who_may_see_them(gateway: LocalGateway, path: str) -> None:
    def ask(url: str = gateway.url, **headers: str) -> Answer:
        return Api(url).call("GET", path, headers=headers)

    assert ask().status == 200
    for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "X-Forwarded-Proto"):
        ask(**{name: "127.0.0.1"}).failed("unauthorized", 401)
        assert ask(**OPENED, **{name: "127.0.0.1"}).status == 200
    elsewhere = gateway.url.replace("127.0.0.1", _own_address())
    ask(elsewhere).failed("unauthorized", 401)
    ask(elsewhere, Authorization="Bearer wrong").failed("unauthorized", 401)
    ask(elsewhere, Authorization="Bearer ").failed("unauthorized", 401)
    assert ask(elsewhere, **OPENED).status == 200


def test_without_a_token_an_empty_one_opens_nothing() -> None:
    with Local(NO_LIMITS) as running:
        for sent in ("Bearer", "Bearer ", "bearer  "):
            headers = {"Authorization": sent, "Via": "1.1 proxy"}
            Api(running.url).call("GET", "/metrics", headers=headers).failed("unauthorized", 401)


def _own_address() -> str:
    """An address of this machine that is not its loopback's."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing
        return str(probe.getsockname()[0])


def test_requests_are_counted_by_route(gateway: LocalGateway) -> None:
    watch = pair(gateway)
    before = figures(gateway)
    for _ in range(3):
        assert watch.get("status").good
    watch.get("download/nothing").failed("not_found", 404)
    watch.get("files", e=200, max="x")
    Api(gateway.url).call("GET", "/nowhere")
    now = figures(gateway)
    new = {key: now[key] - before.get(key, 0) for key in now if now[key] != before.get(key, 0)}
    assert new["requests_total", "GET", "/api/v1/garmin/status", "200"] == 3
    assert new["requests_total", "GET", "/api/v1/garmin/download/{key}", "404"] == 1
    assert new["requests_total", "GET", "none", "404"] == 1
    assert new["request_seconds_count", "/api/v1/garmin/status"] == 3
    assert new["request_seconds_bucket", "+Inf", "/api/v1/garmin/status"] == 3
    assert new["errors_total", "not_found"] == 2
    assert new["errors_total", "bad_request"] == 1  # though it was told with 200
    assert new["sent_bytes_total",] > 0


def test_files_are_counted_whoever_takes_them(gateway: LocalGateway, tmp_path: Path) -> None:
    watch, key, run = pair(gateway), client(gateway), fit()
    assert watch.upload("run.fit", run).good
    assert watch.upload("again.fit", run).good
    watch.upload("bad.gpx", b"<gpx>").failed("invalid_file", 422)
    put(key, "/documents/a.txt", unique())
    created(send(key, fit(), name="other.fit"))
    (tmp_path / "drop" / "dropped.fit").write_bytes(fit())
    wait_until(lambda: figures(gateway).get(("uploads_total", "new", "fit")) == 3, "the drop folder was looked at")
    told = figures(gateway)
    found = {key[1:]: value for key, value in told.items() if key[0] == "uploads_total"}
    assert found == {("new", "fit"): 3, ("same", "fit"): 1, ("refused", "gpx"): 1, ("new", "other"): 1}
    assert told["files",] == 4
    assert told["refused_files",] == 1
    assert told["activities",] == 1  # all three say that they are the same run


def test_the_data_are_told(gateway: LocalGateway, tmp_path: Path) -> None:
    watch = pair(gateway)
    assert watch.get("status").good
    (tmp_path / "tour.json").write_text('{"a":1}')
    gateway.command("add", str(tmp_path / "tour.json"), "--to", "/routes")
    gateway.command("backup", "--output", str(tmp_path / "place"))
    told = figures(gateway)
    assert told["waiting_files",] == 1
    assert told["devices",] == told["devices_seen", "hour"] == 1
    assert told["well",] == 1
    assert told["storage_bytes", "database"] > 0
    assert told["disk_free_bytes",] > 0
    assert told["done_timestamp_seconds", "backup"] == 0
    assert told["done_timestamp_seconds", "backup_elsewhere"] == pytest.approx(time.time(), abs=120)


def test_made_up_paths_and_methods_take_no_memory(gateway: LocalGateway) -> None:
    before = len(figures(gateway))
    api = Api(gateway.url)
    for number in range(40):
        api.call("GET", f"/made/up/{number}")
        api.call(f"MADE{number}", "/health")
        api.call("GET", f"/api/v1/garmin/download/{number}")
    assert len(figures(gateway)) - before < 60  # three routes with their buckets


def test_sums_as_td_has_them(gateway: LocalGateway) -> None:
    key = client(gateway)
    change = {"op": "put", "n": "n1", "path": "/documents/a", "base": 0, "sha256": "0" * 64, "size": 1}
    key.call("POST", "/api/v1/sync/push", json.dumps({"changes": [change, {**change, "op": "?"}]}).encode())
    content = unique()
    put(key, "/documents/b", content)
    key.call("GET", "/api/v1/sync/pull?limit=1")
    key.call("GET", "/nowhere")
    told = Api(gateway.url).call("GET", "/metricz").json
    assert told["uptime_seconds"] >= 0
    assert (told["requests"], told["client_errors"], told["server_errors"]) == (4, 1, 0)
    assert (told["pull_requests"], told["push_events_accepted"]) == (1, 0)
    delete = {"op": "delete", "n": "n2", "path": "/documents/b", "base": 1}
    key.call("POST", "/api/v1/sync/push", json.dumps({"changes": [delete]}).encode())
    assert Api(gateway.url).call("GET", "/metricz").json["push_events_accepted"] == 1


def test_what_is_documented_and_alerted_on_is_told(gateway: LocalGateway) -> None:
    pair(gateway).upload("bad.gpx", b"<gpx>").failed("invalid_file", 422)
    text = Api(gateway.url).call("GET", "/metrics").body.decode()
    told = {family.name for family in families(text)}
    manual = (ROOT / "docs" / "operating.md").read_text()
    rules = yaml.safe_load((ROOT / "deploy" / "alerts.yml").read_text())["groups"][0]["rules"]
    named = set(
        re.findall(r"wristgate_[a-z]+[a-z_]*[a-z]", manual.partition("## Metrics")[2].partition("## Status")[0])
    )
    for rule in rules:
        assert rule["alert"] in manual
        named |= set(re.findall(r"wristgate_[a-z_]+", rule["expr"]))
    missing = {name for name in named if re.sub("_(total|bucket)$", "", name) not in told} - {"wristgate_web_process"}
    assert missing == set()
    undocumented = {name for name in told if not name.startswith("wristgate_web_process")} - {
        re.sub("_total$", "", name) for name in named
    }
    assert undocumented == set()


def test_openmetrics_for_who_asks_for_it(gateway: LocalGateway) -> None:
    answer = Api(gateway.url).call("GET", "/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.body.endswith(b"# EOF\n")


def test_a_body_that_is_not_base64_is_counted_too(gateway: LocalGateway) -> None:
    watch = pair(gateway)
    before = figures(gateway)
    watch.post("upload", {"name": "a.fit", "file": base64(b"x") + "!"}).failed("bad_request", 400)
    assert figures(gateway)["errors_total", "bad_request"] == before.get(("errors_total", "bad_request"), 0) + 1
