"""Up: files from a watch, whole and in parts."""

import json
from typing import Any

import pytest

from gateway.simwatch.localgateway import LocalGateway
from tests.client import Api, base64, pair
from tests.samples import START, fit, gpx_route


def listed(gateway: LocalGateway, path: str = "/") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(gateway.command("list", path, "--json"))
    return found


def where(gateway: LocalGateway, key: str) -> str:
    return next(row["path"] for row in listed(gateway) if row["id"] == key)


def test_a_whole_file_is_stored_and_indexed(gateway: LocalGateway, device: Api) -> None:
    data = fit()
    answer = device.upload("first.fit", data, device="ignored").good
    assert answer == {"ok": True, "id": answer["id"], "y": "fit", "s": len(data), "v": 1, "dup": False}
    assert len(answer["id"]) == 12
    assert gateway.command("get", "/activities/first.fit") == data
    row = next(row for row in listed(gateway) if row["id"] == answer["id"])
    assert (row["kind"], row["summary"]["sport"], row["summary"]["start"]) == ("activity", "running", START)


def test_the_same_bytes_are_the_same_file(gateway: LocalGateway, device: Api) -> None:
    data = fit()
    first = device.upload("a.fit", data).good
    again = device.upload("other name.fit", data).good
    assert again == first | {"dup": True}
    assert pair(gateway).upload("third.fit", data).good == again


def test_a_taken_name(gateway: LocalGateway, device: Api) -> None:
    first = device.upload("run-a.fit", fit()).good
    longer = device.upload("run-a.fit", fit(90)).good
    assert (longer["id"], longer["v"]) == (first["id"], 2)
    later = [device.upload("run-a.fit", fit(start=START + 86400 * day)).good for day in (1, 2, 3)]
    assert [where(gateway, answer["id"]) for answer in later] == [
        "/activities/run-a (2).fit", "/activities/run-a (3).fit", "/activities/run-a (4).fit",
    ]  # fmt: skip
    again = device.upload("RUN-A.fit", fit(80, START + 86400 * 2)).good
    assert (again["id"], again["v"]) == (later[1]["id"], 2)
    other = pair(gateway).upload("run-a.fit", fit()).good
    assert where(gateway, other["id"]) == "/activities/run-a (5).fit"


def test_where_files_land(gateway: LocalGateway) -> None:
    device = pair(gateway, "lander")
    assert where(gateway, device.upload("lands.gpx", gpx_route()).good["id"]) == "/routes/lands.gpx"
    document = device.post("upload", {"name": "lands.json", "json": {"hr": [1, 2.5, "ü"]}}).good
    assert where(gateway, document["id"]) == "/backups/lander/lands.json"
    assert json.loads(gateway.command("get", "/backups/lander/lands.json")) == {"hr": [1, 2.5, "ü"]}
    newer = device.post("upload", {"name": "lands.json", "json": {"hr": []}}).good
    assert (newer["id"], newer["v"]) == (document["id"], 2)


def parts(data: bytes, length: int) -> list[tuple[int, bytes]]:
    return [(offset, data[offset : offset + length]) for offset in range(0, len(data), length)]


def part(nonce: str, offset: int, data: bytes, whole: bytes, name: str = "parts.fit") -> dict[str, object]:
    return {"up": nonce, "name": name, "size": len(whole), "off": offset, "file": base64(data)}


def test_in_parts_with_repetitions(gateway: LocalGateway, device: Api) -> None:
    data = fit()
    *first, last = parts(data, 400)
    for offset, piece in first:
        body = part("n1", offset, piece, data)
        want = {"ok": True, "up": "n1", "have": offset + len(piece)}
        assert device.post("upload", body).good == want
        assert device.post("upload", body).good == want
    body = part("n1", last[0], last[1], data)
    done = device.post("upload", body).good
    assert done["s"] == len(data)
    assert device.post("upload", body).good == done
    assert device.post("upload", part("n1", *first[1], data)).good == done
    assert gateway.command("get", where(gateway, done["id"])) == data
    device.post("upload", part("n1", last[0], b"x" * len(last[1]), data)).failed("bad_request", 400)
    device.post("upload", part("n1", 0, b"x", data, "other.fit")).failed("bad_request", 400)


def test_gaps_and_other_overlaps(device: Api) -> None:
    data = fit()
    assert device.post("upload", part("g", 10, data[10:20], data)).failed("offset", 409)["have"] == 0
    device.post("upload", part("g", 0, data[:100], data)).good  # noqa: B018
    assert device.post("upload", part("g", 200, data[200:300], data)).failed("offset", 409)["have"] == 100
    assert device.post("upload", part("g", 50, b"x" * 100, data)).failed("offset", 409)["have"] == 100
    assert device.post("upload", part("g", 50, data[50:150], data)).good["have"] == 150
    device.post("upload", part("g", 150, data[150:] + b"more", data)).failed("bad_request", 400)
    device.post("upload", {**part("g", 150, data[150:], data), "size": 5000}).failed("bad_request", 400)
    assert device.post("upload", {"up": "g", "off": 150, "file": base64(data[150:])}).good["s"] == len(data)


def test_a_ninth_unfinished_upload_drops_the_idlest(device: Api) -> None:
    data = fit()
    for n in range(9):
        device.post("upload", part(f"nine{n}", 0, data[:50], data)).good  # noqa: B018
    assert device.post("upload", part("nine0", 50, data[50:60], data)).failed("offset", 409)["have"] == 0
    assert device.post("upload", part("nine1", 50, data[50:60], data)).good["have"] == 60


def test_a_nonce_of_a_whole_upload(device: Api) -> None:
    data = fit()
    first = device.upload("nonce.fit", data, n="w1").good
    assert first["dup"] is False
    assert device.upload("nonce.fit", data, n="w1").good == first
    device.upload("nonce.fit", fit(), n="w1").failed("bad_request", 400)
    assert device.upload("nonce.fit", data).good["dup"] is True


@pytest.mark.parametrize(
    ("data", "word", "status", "reason"),
    [
        (fit()[:-30], "invalid_file", 422, "truncated"),
        (fit()[:-1] + b"\x00", "invalid_file", 422, "bad_crc"),
        (b"<gpx><trk>", "invalid_file", 422, ""),
        (b'<!DOCTYPE gpx [<!ENTITY a "b">]><gpx version="1.1">&a;</gpx>', "invalid_file", 422, "dtd"),
        (b"<html></html>", "invalid_file", 422, ""),
        (b'{"a":', "invalid_file", 422, ""),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "unsupported_type", 415, ""),
        (b"just text", "unsupported_type", 415, ""),
        (b'{"error":"not found"}', "invalid_file", 422, "not_fit"),
    ],
)
def test_refused_files(device: Api, data: bytes, word: str, status: int, reason: str) -> None:
    answer = device.upload("bad.fit", data).failed(word, status)
    assert reason in answer["m"]
    if word == "invalid_file":
        assert "byte" in answer["m"]
    assert device.get("status").good["up"] == 0


def test_a_refusal_in_parts_is_remembered_unless_a_retry_helps(device: Api) -> None:
    good = fit()
    wrong = good[:-1] + bytes([good[-1] ^ 1])
    device.post("upload", part("r", 0, wrong[:500], wrong)).good  # noqa: B018
    last = part("r", 500, wrong[500:], wrong)
    refusal = device.post("upload", last).failed("invalid_file", 422)
    assert device.post("upload", last).failed("invalid_file", 422) == refusal
    short = good[:-30]
    device.post("upload", part("t", 0, short[:500], short)).good  # noqa: B018
    device.post("upload", part("t", 500, short[500:], short)).failed("invalid_file", 422)
    assert device.post("upload", part("t", 500, short[500:], short)).failed("offset", 409)["have"] == 0


@pytest.mark.parametrize(
    "name",
    ["../../x.fit", "/etc/passwd", "a\\b.fit", "a\x00b.fit", "x" * 300, "run\u202etif.fit", "CON.fit", "nul", "..", "",
     None, 5, "a\nb", "LPT1", "tab\t.fit", "\ud800.fit"],
)  # fmt: skip
def test_hostile_names(device: Api, name: object) -> None:
    body = {"name": name, "file": base64(fit())}
    assert device.post("upload", body).failed("bad_request", 400)["m"]
    body = {"up": "h", "name": name, "size": 5, "off": 0, "file": "AAAA"}
    device.post("upload", body).failed("bad_request", 400)


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({"name": "a.fit"}, "file"),
        ({"name": "a.fit", "file": 5}, "file"),
        ({"name": "a.fit", "file": "####"}, "file"),
        ({"name": "a.fit", "file": "AAA"}, "file"),
        ({"name": "a.fit", "file": "AA-_"}, "file"),
        ({"name": "a.fit", "json": "text"}, "file"),
        ({"name": "a.fit", "n": "x" * 33, "file": "AAAA"}, "n"),
        ({"name": "a.fit", "n": "🏃" * 4, "file": "AAAA"}, "n"),
        ({"up": "", "name": "a.fit", "size": 5, "off": 0, "file": "AAAA"}, "up"),
        ({"up": 7, "name": "a.fit", "size": 5, "off": 0, "file": "AAAA"}, "up"),
        ({"up": "k", "name": "a.fit", "size": "5", "off": 0, "file": "AAAA"}, "size"),
        ({"up": "k", "name": "a.fit", "size": 5, "off": "0", "file": "AAAA"}, "off"),
        ({"up": "k", "name": "a.fit", "size": 5, "off": -1, "file": "AAAA"}, "off"),
        ({"up": "k", "name": "a.fit", "size": 5.5, "off": 0, "file": "AAAA"}, "size"),
        ({"up": "k", "name": "a.fit", "size": True, "off": 0, "file": "AAAA"}, "size"),
        ({"up": "k", "name": "a.fit", "size": 2**31, "off": 0, "file": "AAAA"}, "size"),
        ({"up": "k", "name": "a.fit", "size": 5, "file": "AAAA"}, "off"),
        ({"up": "k", "size": 5, "off": 0, "file": "AAAA"}, "name"),
        ({"up": "k", "name": "a.fit", "off": 0, "file": "AAAA"}, "size"),
    ],
)
def test_wrong_values_name_their_key(device: Api, body: object, key: str) -> None:
    assert device.post("upload", body).failed("bad_request", 400)["m"].startswith(f"{key}:")


def test_floats_that_are_whole_and_base64_with_line_breaks(device: Api) -> None:
    data = fit()
    text = "\r\n".join(base64(data)[i : i + 76] for i in range(0, len(base64(data)), 76))
    body = {"up": "f", "name": "float.fit", "size": float(len(data)), "off": 0.0, "file": text}
    assert device.post("upload", body).good["s"] == len(data)


@pytest.mark.parametrize("raw", [b"", b"[]", b"5", b"null", b"{", b"name=a.fit", b"\xff\xfe", b'{"name":NaN}'])
def test_bodies_that_are_no_object(device: Api, raw: bytes) -> None:
    device.call("POST", f"{device.prefix}/upload", raw).failed("bad_request", 400)


def test_json_that_is_nested_too_deep(device: Api) -> None:
    deep = b'{"a":' * 300 + b"1" + b"}" * 300
    raw = b'{"name":"deep.json","json":' + deep + b"}"
    assert device.call("POST", f"{device.prefix}/upload", raw).failed("bad_request", 400)["m"].startswith("json:")
    key = device.upload("deep.json", deep).good["id"]
    assert device.get(f"download/{key}", **{"as": "json"}).body.count(b'{"a":') == 300


def test_bad_max_on_writes(device: Api) -> None:
    for path in ("upload", "ack", "pair"):
        assert device.post(path, {}, max="abc").failed("bad_request", 400)["m"].startswith("max")


def test_too_large(device: Api) -> None:
    device.upload("big.fit", bytes(102_401)).failed("too_large", 413)
    body = {"up": "b", "name": "big.fit", "size": 102_401, "off": 0, "file": "AAAA"}
    assert device.post("upload", body).failed("too_large", 413)["m"] == "big.fit has 101 KB; the limit is 100 KB"
    device.call("POST", f"{device.prefix}/upload", bytes(150_001)).failed("too_large", 413)


def test_encodings(device: Api) -> None:
    path = f"{device.prefix}/upload"
    device.call("POST", path, b"{}", {"Content-Encoding": "gzip"}).failed("bad_request", 400)
    device.call("POST", path, b"{}", {"Content-Length": "+2"}).failed("bad_request", 400)


def test_a_json_document_as_it_came(gateway: LocalGateway) -> None:
    device = pair(gateway, "asis")
    text = b'{ "a" : 1.50 }\n'
    device.upload("asis.json", text).good  # noqa: B018
    assert gateway.command("get", "/backups/asis/asis.json") == text
