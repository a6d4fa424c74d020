"""Whatever is no request is answered in JSON by the contract."""

import json
import re

import pytest

from tests.server.programs import Program, assert_contract

POST = b"POST /echo HTTP/1.1\r\nHost: x\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"

MALFORMED = {
    "garbage": b"\x00\x01\x02\r\n\r\n",
    "text": b"hello world\r\n\r\n",
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "unknown method": b"FROB / HTTP/1.1\r\n\r\n",
    "lower case method": b"get / HTTP/1.1\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "wrong version": b"GET / HTTP/3.7\r\n\r\n",
    "http2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "http2 as version": b"GET / HTTP/2.0\r\n\r\n",
    "space in name": b"GET / HTTP/1.1\r\nA b: c\r\n\r\n",
    "space before colon": b"GET / HTTP/1.1\r\nA : c\r\n\r\n",
    "folded field": b"GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n",
    "nul in value": b"GET / HTTP/1.1\r\nA: \x00\r\n\r\n",
    "bare line feeds": b"GET / HTTP/1.1\nA: b\n\n",
    "length no number": POST + b"Content-Length: many\r\n\r\n",
    "length signed": POST + b"Content-Length: +3\r\n\r\nabc",
    "length too big": POST + b"Content-Length: 99999999999999999999999\r\n\r\n",
    "length twice": POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
    "length and chunks": POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
    "unknown coding": POST + b"Transfer-Encoding: gzip\r\n\r\nabc",
    "obscured coding": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "bad chunk size": CHUNKED + b"3\r\nabc\r\nzz\r\n",
    "bad chunk end": CHUNKED + b"3\r\nabcdef\r\n",
    "endless chunk extension": CHUNKED + b"3;" + b"x" * 100_000,
    "endless trailer": CHUNKED + b"0\r\nA: " + b"x" * 100_000,
    "asterisk": b"OPTIONS * HTTP/1.1\r\n\r\n",
    "foreign scheme": b"GET ftp://x/ HTTP/1.1\r\n\r\n",
    "absurd port": b"GET http://x:99999999/ HTTP/1.1\r\n\r\n",
    "raw bytes in path": b"GET /\xff\xfe HTTP/1.1\r\n\r\n",
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_request_is_answered_and_closed(server: Program, data: bytes) -> None:
    answers = server.ask(data)
    assert_contract(answers[0], 400, "bad_request")
    assert answers[0][1]["connection"] == "close"
    assert len(answers) == 1


def test_a_letter_that_must_be_escaped(server: Program) -> None:
    (answer,) = server.ask("GET /echo?a=ü HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert json.loads(answer[2])["m"] == "malformed request: Invalid char in url query; percent-encode it"
    server.log.seek(0)
    assert re.search(r"refused 127\.0\.0\.1:\d+: malformed request: Invalid char", server.log.read())


def test_connect_is_not_allowed(server: Program) -> None:
    (answer,) = server.ask(b"CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n")
    assert_contract(answer, 405, "method_not_allowed")


@pytest.mark.parametrize("path", ["/crash", "/silent"])
def test_a_failing_app_is_an_internal_error(server: Program, path: str) -> None:
    (answer,) = server.ask(f"GET {path} HTTP/1.1\r\n\r\n".encode())
    assert_contract(answer, 500, "internal")


def test_the_answer_to_a_crash_bears_the_apps_request_id(server: Program) -> None:
    ((_, fields, _),) = server.ask(b"GET /crash HTTP/1.1\r\n\r\n")
    assert fields["x-request-id"] == "abcdefghijkl"


def test_an_error_travels_as_200_when_the_url_asks_for_it(server: Program) -> None:
    ((status, _, body),) = server.ask(b"GET /silent?max=500&e=200 HTTP/1.1\r\n\r\n")
    assert status == 200
    assert json.loads(body)["code"] == 500


def test_a_crash_in_the_middle_of_an_answer_cuts_it_off(server: Program) -> None:
    with server.connect() as client:
        client.send(b"GET /half HTTP/1.1\r\n\r\n")
        received = b""
        while data := client.sock.recv(65536):
            received += data
    assert received.endswith(b"\r\n\r\n{")


@pytest.mark.parametrize("path", ["/crash", "/unread"])
def test_an_answer_to_head_has_no_body(server: Program, path: str) -> None:
    with server.connect() as client:
        client.send(f"HEAD {path} HTTP/1.1\r\nConnection: close\r\n\r\n".encode())
        _, fields, _ = client.answer(head=True)
        assert int(fields["content-length"]) > 0
        assert client.sock.recv(1) == b""
        assert client.buffer == b""


def test_a_malformed_head_request_has_no_body(server: Program) -> None:
    with server.connect() as client:
        client.send(b"HEAD / HTTP/1.1\r\nA : b\r\n\r\n")
        status, _, _ = client.answer(head=True)
        assert (status, client.sock.recv(1), client.buffer) == (400, b"", b"")


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        (b"http://x/echo?a=1", "/echo", "a=1"),
        (b"/echo?a=%zz#part", "/echo", "a=%zz"),
        (b"/ech%6f", "/echo", ""),
    ],
)
def test_targets_reach_the_app(server: Program, target: bytes, path: str, query: str) -> None:
    ((status, _, body),) = server.ask(b"GET %s HTTP/1.1\r\nConnection: close\r\n\r\n" % target)
    assert status == 200
    assert (json.loads(body)["path"], json.loads(body)["query"]) == (path, query)


@pytest.mark.parametrize("target", [b"/%ff%fe%00%zz%", b"http://x", b"//x//..", b"/\xc3"[:1] + b"%c3%28"])
def test_odd_targets_are_answered_by_the_app(server: Program, target: bytes) -> None:
    ((status, fields, _),) = server.ask(b"GET %s HTTP/1.1\r\nConnection: close\r\n\r\n" % target)
    assert (status, fields["content-type"]) == (404, "application/json")


@pytest.mark.parametrize("method", ["PROPFIND", "M-SEARCH", "SOURCE", "TRACE", "QUERY"])
def test_rare_methods_reach_the_app(server: Program, method: str) -> None:
    ((status, _, _),) = server.ask(f"{method} /echo HTTP/1.1\r\nConnection: close\r\n\r\n".encode())
    assert status == 200


def test_forwarded_for_is_not_believed(server: Program) -> None:
    with server.connect() as client:
        _, _, body = client.get("/echo", "X-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: https\r\n")
    assert json.loads(body)["client"] == "127.0.0.1"


def test_trailers_are_no_fields(server: Program) -> None:
    body = b"3\r\nabc\r\n0\r\nAuthorization: Bearer x\r\n\r\n"
    with server.connect() as client:
        client.send(CHUNKED + body)
        _, _, got = client.answer()
    assert json.loads(got)["body"] == "abc"
    assert "authorization" not in [name for name, _ in json.loads(got)["fields"]]


UPGRADES = {
    "h2c": "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n",
    "websocket": "Upgrade: websocket\r\nConnection: upgrade\r\n",
    "many": "Upgrade: websocket, h2c\r\nConnection: keep-alive, upgrade\r\n",
}


@pytest.mark.parametrize("fields", UPGRADES.values(), ids=UPGRADES.keys())
def test_an_upgrade_of_a_plain_request_is_passed_over_with_its_body_kept(server: Program, fields: str) -> None:
    with server.connect() as client:
        hidden = "GET /other HTTP/1.1\r\n\r\n"
        client.send(f"POST /echo HTTP/1.1\r\n{fields}Content-Length: {len(hidden)}\r\n\r\n{hidden}".encode())
        status, _, body = client.answer()
        assert (status, json.loads(body)["body"]) == (200, hidden)
        assert client.get("/echo")[0] == 200


def test_an_upgrade_to_something_else_is_passed_over(server: Program) -> None:
    with server.connect() as client:
        for _ in range(2):
            status, fields, body = client.get("/echo", UPGRADES["h2c"])
            assert (status, fields.get("connection")) == (200, None)
            assert ["upgrade", "h2c"] not in json.loads(body)["fields"]
