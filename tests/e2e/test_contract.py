"""The first section of ``watch-api.md`` under gunicorn, over bare sockets: what holds for every answer.

What the server itself refuses (malformed heads and the like) has its own tests in ``tests/server``.
"""

import json
from pathlib import Path

import apsw
import pytest

from gateway.simwatch import sample
from tests.e2e import content
from tests.e2e.client import GARMIN, Device, Wire, encode, of, pair, send
from tests.e2e.conftest import Make
from tests.e2e.contract import Answer, check
from tests.e2e.program import Program

Case = tuple[str, str, str, bytes | None, int]
"""Method, path, header fields, body, and the status of the refusal."""
JSON = "Content-Type: application/json\r\n"
UPLOAD = {"name": "a.fit", "file": encode(content.small(1))}
TOO_LARGE = {"name": "a.fit", "file": encode(bytes(103_000))}
PART = {"up": "1", "off": 0, "size": 4, "name": "a", "file": ""}
DAMAGED = content.small(2)[:-2] + b"xx"
CASES: dict[str, Case] = {
    "unknown path under the prefix": ("GET", "nothing", "", None, 404),
    "unknown path with a body": ("POST", "nothing/at/all", JSON, of({}), 404),
    "unknown version": ("GET", "/api/v9/garmin/status", "", None, 404),
    "unknown type": ("GET", "/api/v1/apple/status", "", None, 404),
    "the prefix itself": ("GET", "/api/v1/garmin", "", None, 404),
    "a doubled slash": ("GET", "/api/v1//garmin/status", "", None, 404),
    "no such file": ("GET", "download/aaaaaaaaaaaa", "", None, 404),
    "no such name": ("GET", "download/%F0%9F%9A%B4.gpx", "", None, 404),
    "a way out": ("GET", "download/..%2F..%2Fwristgate.db", "", None, 404),
    "no such native file": ("GET", "native/aaaaaaaaaaaa.gpx", "", None, 404),
    "native of another type": ("GET", "native/aaaaaaaaaaaa.tcx", "", None, 404),
    "no config": ("GET", "config", "", None, 404),
    "no such pairing": ("GET", "pair?id=xyz", "", None, 404),
    "no pairing": ("GET", "pair", "", None, 400),
    "wrong method": ("DELETE", "status", "", None, 405),
    "wrong method with a body": ("PUT", "upload", JSON, of(UPLOAD), 405),
    "wrong method of a list": ("POST", "files", JSON, of({}), 405),
    "wrong method of an upload": ("GET", "upload", "", None, 405),
    "OPTIONS": ("OPTIONS", "status", "", None, 405),
    "an unknown method": ("PROPFIND", "files", "", None, 405),
    "a body without length": ("POST", "upload", JSON, None, 411),
    "a chunked body": ("POST", "upload", "Transfer-Encoding: chunked\r\n", None, 411),
    "a body that is too long": ("POST", "upload", "Content-Length: 150001\r\n", None, 413),
    "a body of gigabytes": ("POST", "ack", "Content-Length: 99999999999\r\n", None, 413),
    "too long, client waits": ("POST", "ack", "Expect: 100-continue\r\nContent-Length: 200000\r\n", None, 413),
    "a file over the cap": ("POST", "upload", JSON, of(TOO_LARGE), 413),
    "parts of a file over the cap": ("POST", "upload", JSON, of(PART | {"size": 102401}), 413),
    "a compressed body": ("POST", "upload", "Content-Encoding: gzip\r\n", b"x", 400),
    "not JSON": ("POST", "upload", JSON, b"{", 400),
    "nothing": ("POST", "upload", JSON, b"", 400),
    "not UTF-8": ("POST", "upload", JSON, b'{"name":"\xff"}', 400),
    "a lone surrogate": ("POST", "upload", JSON, b'{"name":"\\ud800.fit","file":"AAAA"}', 400),
    "not an object": ("POST", "upload", JSON, b"[1]", 400),
    "nested without end": ("POST", "upload", JSON, b"[" * 100_000, 400),
    "no name": ("POST", "upload", JSON, of({"file": "AAAA"}), 400),
    "no file": ("POST", "upload", JSON, of({"name": "a.fit"}), 400),
    "a name that is a number": ("POST", "upload", JSON, of(UPLOAD | {"name": 7}), 400),
    "a name that is a path": ("POST", "upload", JSON, of(UPLOAD | {"name": "../../x"}), 400),
    "NUL in a name": ("POST", "upload", JSON, of(UPLOAD | {"name": "a\0.fit"}), 400),
    "a long name": ("POST", "upload", JSON, of(UPLOAD | {"name": "\u00fc" * 300}), 400),
    "a name that turns around": ("POST", "upload", JSON, of(UPLOAD | {"name": "a\u202etif.fit"}), 400),
    "a reserved name": ("POST", "upload", JSON, of(UPLOAD | {"name": "aux.fit"}), 400),
    "garbage as base64": ("POST", "upload", JSON, of(UPLOAD | {"file": "$$$$"}), 400),
    "a number as text": ("POST", "upload", JSON, of(PART | {"off": "0"}), 400),
    "a negative number": ("POST", "upload", JSON, of(PART | {"off": -1}), 400),
    "a long nonce": ("POST", "upload", JSON, of(UPLOAD | {"n": "n" * 33}), 400),
    "ack of no list": ("POST", "ack", JSON, of({"files": {}}), 400),
    "ack without version": ("POST", "ack", JSON, of({"files": [{"id": "a"}]}), 400),
    "max too small": ("GET", "files?max=255", "", None, 400),
    "max too large": ("GET", "files?max=32769", "", None, 400),
    "max is no number": ("GET", "files?max=1e3", "", None, 400),
    "an invented cursor": ("GET", "files?cursor=1.2", "", None, 400),
    "an unknown file type": ("GET", "files?type=kml", "", None, 400),
    "none of the four types": ("POST", "upload", JSON, of(UPLOAD | {"file": encode(b"hello, world")}), 415),
    "a wrong CRC": ("POST", "upload", JSON, of(UPLOAD | {"file": encode(DAMAGED)}), 422),
    "half a FIT": ("POST", "upload", JSON, of(UPLOAD | {"file": encode(content.small(2)[:900])}), 422),
    "HTML": ("POST", "upload", JSON, of(UPLOAD | {"file": encode(b"<html></html>")}), 422),
    "records that are no list": ("POST", "records", JSON, of({"r": {}}), 400),
    "too many records": ("POST", "records", JSON, of({"r": [1] * 1001}), 400),
    "a track without a start": ("POST", "track", JSON, of({"up": "t", "off": 0, "cols": ["dt"], "rows": [[0]]}), 400),
    "a track with an unknown column": ("POST", "track", JSON, of({"up": "t", "off": 0, "t": 9, "cols": ["x"]}), 400),
    "a gap in a track": ("POST", "track", JSON, of({"up": "gap", "off": 9, "rows": []}), 409),
    "points that are no number": ("GET", "native/aaaaaaaaaaaa.fit?points=few", "", None, 400),
    "a gap between parts": ("POST", "upload", JSON, of({"up": "gap", "off": 9, "file": "AAAA"}), 409),
}  # fmt: skip


@pytest.mark.parametrize("hidden", [False, True], ids=["plain", "e=200"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_refusals(shared_watch: Device, case: Case, hidden: bool) -> None:
    method, path, fields, body, code = case
    if hidden:
        path += ("&" if "?" in path else "?") + "e=200"
    value = check(send(shared_watch, method, path, fields, body), hidden=hidden, most=256)
    assert value["code"] == code


@pytest.mark.parametrize("hidden", [False, True], ids=["plain", "e=200"])
@pytest.mark.parametrize(
    "path", ["status", "files", "download/x", "native/x.gpx", "config", "upload", "ack", "records", "track"]
)
def test_without_a_token(shared_watch: Device, path: str, hidden: bool) -> None:
    method = "POST" if path in {"upload", "ack", "records", "track"} else "GET"
    query = "?e=200" if hidden else ""
    body = b"{}" if method == "POST" else None
    for fields in (
        "",
        "Authorization: Bearer\r\n",
        "Authorization: Basic eDp5\r\n",
        f"Authorization: Bearer {'x' * 600}\r\n",
    ):
        answer = send(shared_watch, method, path + query, fields, body, anonymous=True)
        assert check(answer, hidden=hidden)["code"] == 401


def test_white_space_around_a_token(shared_watch: Device) -> None:
    fields = f"Authorization:   bearer \t {shared_watch.token} \t \r\n"
    assert check(send(shared_watch, "GET", "status", fields, anonymous=True))["ok"]


@pytest.mark.parametrize("path", ["status", "files", "nothing", "download/aaaaaaaaaaaa", "upload", "files?max=1"])
def test_head_has_the_fields_and_no_body(shared_watch: Device, path: str) -> None:
    answer = send(shared_watch, "HEAD", path)
    check(answer, head=True)
    plain = send(shared_watch, "GET", path)
    assert answer.status == plain.status
    if answer.status == 200:
        assert answer.fields["content-length"] == plain.fields["content-length"]


def test_e_200_leaves_the_body_as_it_is(shared_watch: Device) -> None:
    plain, hidden = (send(shared_watch, "GET", f"download/aaaaaaaaaaaa{query}") for query in ("", "?e=200"))
    assert plain.body == hidden.body
    assert (plain.status, hidden.status) == (404, 200)


def test_a_refusal_does_not_spoil_the_connection(shared_watch: Device) -> None:
    """Where the body was read, the next request on the same connection is served."""
    with Wire(shared_watch.program.port) as wire:
        for body in (b"{", b"[1]", of({"name": "a.fit"})):
            head = f"POST {GARMIN}upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {shared_watch.token}\r\n"
            wire.send(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            assert check(wire.answer())["code"] == 400
        wire.send(
            f"GET {GARMIN}status HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {shared_watch.token}\r\n\r\n".encode()
        )
        assert check(wire.answer())["ok"]


def ask_until_limited(device: Device, method: str, path: str, body: object = None) -> Answer:
    for _ in range(20):  # a minute may end in between, not several
        answer = device.ask(method, path, body)
        if answer.status == 429:
            return answer
    raise AssertionError("never limited")


def test_rate_limits(make: Make) -> None:
    program = make({"SYNC_RATE_DEVICE": "5", "SYNC_RATE_AUTH": "3", "SYNC_RATE_POLL": "4"}).start()
    with pair(program) as watch, Device(program, "") as stranger:
        for device, method, path, body in (
            (watch, "GET", "status", None),
            (stranger, "POST", "pair", {"device": "x"}),
            (stranger, "GET", "pair?id=x", None),
        ):
            answer = ask_until_limited(device, method, path, body)
            assert answer.word == "rate_limited"
            assert 1 <= answer.value["wait"] <= 60
        hidden = send(watch, "GET", "status?e=200")
        assert check(hidden, hidden=True)["code"] == 429


def test_internal_errors(make: Make) -> None:
    """Provoked by damage in the database: a row that is not what the code has written."""
    program = make().start()
    with pair(program) as watch:
        watch.value("POST", "upload", {"name": "a.json", "json": {"a": 1}})
        [key] = [row["id"] for row in json.loads(program.command("list", "--json"))]
        connection = apsw.Connection(str(program.data / "wristgate.db"))
        connection.set_busy_timeout(10_000)
        connection.execute("update contents set body = x'00'")
        answer = watch.ask("GET", f"download/{key}?as=json")
        assert (answer.status, answer.word) == (410, "gone")
        assert "damaged on the gateway's disk" in answer.value["m"]
        connection.execute("update devices set folders = '['")
        connection.close()
        answer = watch.ask("GET", "status")
        assert (answer.status, answer.word) == (500, "internal")
        assert answer.fields["x-request-id"] in answer.value["m"]
        assert check(send(watch, "GET", "status?e=200"), hidden=True)["code"] == 500
        for method, path, body in (("GET", "status", None), ("POST", "upload", UPLOAD), ("GET", "files", None)):
            assert watch.ask(method, path, body).word == "internal"
        assert check(send(watch, "HEAD", "status"), head=True) == {}
    assert "Traceback" in program.words()
    assert program.workers()


@pytest.mark.parametrize("most", [256, 300, 500, 1000, 4096, 32768])
def test_no_answer_is_longer_than_max(shared: Program, tmp_path: Path, most: int) -> None:
    """With names, folders and texts that take six bytes a character, and twelve."""
    with pair(shared, f"max-{most}") as watch:
        for n, name in enumerate(
            ["\U0001f6b4" * 20 + ".gpx", "\u00fc" * 100 + ".gpx", 'q"' * 60 + ".gpx", "plain.gpx"]
        ):
            file = tmp_path / name
            file.write_bytes(sample.route(10 + n))
            folder = "/routes/" + "\u00fc" * 80
            shared.command("add", str(file), "--to", folder)
        names = {file["id"] for file in watch.listed()}
        seen, cursor = [], ""
        while True:
            answer = send(watch, "GET", f"files?max={most}{cursor}")
            page = check(answer, most=most)
            assert page["files"], "one entry always fits"
            seen += [file["id"] for file in page["files"]]
            if "next" not in page:
                break
            cursor = f"&cursor={page['next']}"
        assert set(seen) == names
        assert len(seen) == len(set(seen))
        for key in seen:
            part = check(send(watch, "GET", f"download/{key}?max={most}"), most=most)
            assert part["d"]
            assert len(json.dumps(part)) > most - 120 or "next" not in part
