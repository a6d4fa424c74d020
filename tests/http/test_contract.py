"""Rules that hold for every answer of the watch API."""

import json

import pytest

from gateway.simwatch.localgateway import LocalGateway
from tests.client import Api
from tests.local import Local
from tests.samples import fit


def test_unknown_paths_and_methods(gateway: LocalGateway, device: Api) -> None:
    for api in (device, Api(gateway.url)):
        api.get("nothing").failed("not_found", 404)
        api.get("").failed("not_found", 404)
        api.call("GET", "/api/v1/other").failed("not_found", 404)
        for method in ("PUT", "DELETE", "PATCH", "POST", "OPTIONS"):
            api.call(method, f"{api.prefix}/status", b"{}").failed("method_not_allowed", 405)
        api.call("GET", f"{api.prefix}/upload").failed("method_not_allowed", 405)


def test_a_wrong_method_is_told_the_right_ones(device: Api) -> None:
    for path, allowed in (
        (f"{device.prefix}/status", "GET, HEAD"),
        (f"{device.prefix}/pair", "GET, HEAD, POST"),
        ("/api/v1/files/upload", "POST, PUT"),
        ("/signin", "GET, HEAD, POST"),
    ):
        assert device.call("PATCH", path, b"{}").headers["allow"] == allowed


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer ", "Basic abc", "Bearer " + "x" * 43, "Bearer a b", "bearer"])
def test_no_or_wrong_token(gateway: LocalGateway, value: str) -> None:
    api = Api(gateway.url, headers={"Authorization": value})
    api.get("status").failed("unauthorized", 401)
    api.post("upload", {}).failed("unauthorized", 401)


def test_white_space_around_the_token_is_ignored(device: Api) -> None:
    api = Api(device.url, headers={"Authorization": f"Bearer   {device.token} \t"})
    api.get("status").good  # noqa: B018


def test_e_200_hides_the_status_only(device: Api) -> None:
    plain = device.get("download/none.gpx")
    hidden = device.get("download/none.gpx", e=200)
    assert hidden.status == 200
    assert hidden.json == plain.failed("not_found", 404)
    assert Api(device.url).get("status", e="200").json["code"] == 401
    assert Api(device.url).get("status", e="1").status == 401
    assert device.get("nothing", e="200").status == 200
    assert device.post("upload", {}, e=200).json["error"] == "bad_request"


def test_head_has_the_headers_and_no_body(device: Api) -> None:
    shown, hidden = device.get("status"), device.call("HEAD", f"{device.prefix}/status")
    assert hidden.status == 200
    assert hidden.body == b""
    assert hidden.headers["content-length"] == shown.headers["content-length"]
    assert device.call("HEAD", f"{device.prefix}/nothing").status == 404


def test_answers_stay_within_max_and_ascii(device: Api) -> None:
    for path in ("download/" + "%C3%BC" * 60, "nothing/" + "x" * 500, "files?cursor=" + "%F0%9F%8F%83" * 40):
        answer = device.call("GET", f"{device.prefix}/{path}")
        assert len(answer.body) <= 256
        assert answer.json["ok"] is False


def test_limits_name_the_wait() -> None:
    with Local({"SYNC_RATE_AUTH": "2", "SYNC_RATE_POLL": "3", "SYNC_RATE_DEVICE": "4"}) as gateway:
        api = Api(gateway.url)
        begun = [api.post("pair", {"device": "a", "name": "n"}).good for _ in range(2)]
        refused = api.post("pair", {"device": "a", "name": "n"})
        assert 1 <= refused.failed("rate_limited", 429)["wait"] <= 60
        assert refused.headers["retry-after"] == str(refused.json["wait"])
        gateway.command("pair", begun[1]["code"])
        token = api.get("pair", id=begun[1]["id"]).good["token"]
        polls = [api.get("pair", id=begun[0]["id"]).status for _ in range(3)]
        assert 429 in polls
        device = Api(gateway.url, token)
        assert [device.get("status").status for _ in range(6)][-1] == 429
        assert device.get("status", e=200).json["error"] == "rate_limited"


def test_the_numbers_of_a_float_heavy_document_stay_as_they_are(device: Api) -> None:
    body = {"a": 1.25, "b": [1, 2, 3], "c": 2**31}
    key = device.post("upload", {"name": "numbers.json", "json": body}).good["id"]
    assert json.loads(device.get(f"download/{key}", **{"as": "json"}).body)["j"] == body


def test_health(gateway: LocalGateway) -> None:
    for path in ("/health", "/healthz"):
        answer = Api(gateway.url).call("GET", path)
        assert (answer.status, answer.json) == (200, {"status": "ok"})


def test_device_revocation_counts_at_once(gateway: LocalGateway, device: Api) -> None:
    device.upload("kept.fit", data := fit()).good  # noqa: B018
    rows = json.loads(gateway.command("devices", "--json"))
    newest = max(rows, key=lambda row: row["created"])
    for row in rows:
        if row["sent"] == 1 and row["created"] == newest["created"]:
            gateway.command("device", "revoke", row["id"])
    device.get("status").failed("unauthorized", 401)
    assert data in [gateway.command("get", row["path"]) for row in json.loads(gateway.command("list", "--json"))]
