"""What the gateway answers arrives as it was sent; what a proxy says by itself sounds the same."""

import contextlib
import gzip
import json
import re
import ssl

import pytest

from tests.deploy.authority import NAME
from tests.deploy.callers import STORE, TLS12, TLS13, Caller, Front, head, own
from tests.e2e.client import GARMIN
from tests.e2e.content import middle
from tests.e2e.contract import Answer, check

A_PART = 300_000
GZIP = "Accept-Encoding: gzip, deflate, br"


@pytest.mark.parametrize("version", [TLS12, TLS13])
def test_a_watch_gets_what_the_contract_says(front: Front, version: ssl.TLSVersion) -> None:
    asked = [
        (f"GET {GARMIN}status", None, "ok"), (f"GET {GARMIN}files?max=512", None, "ok"),
        (f"HEAD {GARMIN}status", None, ""),
        (f"GET {GARMIN}nothing", None, "not_found"), ("GET /api/nothing", None, "not_found"),
        (f"DELETE {GARMIN}status", None, "method_not_allowed"), (f"POST {GARMIN}upload", b"{", "bad_request"),
        (f"POST {GARMIN}upload", bytes(200_000), "too_large"), (f"POST {GARMIN}records", b"[]", "bad_request"),
    ]  # fmt: skip
    for line, body, word in asked:
        for fields in ((), (GZIP,), ("Connection: close",), ("Upgrade: h2c", "Connection: Upgrade")):
            answer = front.ask(line, front.watch, *fields, body=body, version=version)
            check(answer, head=line.startswith("HEAD"))
            assert "content-encoding" not in answer.fields
            assert not word or answer.word == word


def test_one_connection_carries_many_requests(front: Front) -> None:
    with Caller(front.proxy) as caller:
        for _ in range(3):
            assert caller.ask(f"GET {GARMIN}status", front.watch).value["ok"] is True


def test_http_1_0_is_spoken(front: Front) -> None:
    with Caller(front.proxy) as caller:
        old = head(f"GET {GARMIN}status", front.watch).replace(b"HTTP/1.1", b"HTTP/1.0", 1)
        top, _, body = caller.send(old).rest().partition(b"\r\n\r\n")
    assert re.search(rb"(?i)\r\ncontent-length: %d\r\n" % len(body), top)
    assert json.loads(body)["ok"] is True


def test_long_answers_keep_their_length_and_are_compressed_by_the_gateway_alone(front: Front) -> None:
    """Caddy would ask for gzip by itself, unpack it and send chunks."""
    for number in range(12):
        front.ask(f"POST {STORE}files/upload?path=/long/{number}.txt", front.key, body=b"x%d" % number)
    line = f"GET {STORE}files/list?path=/long"
    for _ in range(2):  # on a connection that the proxy keeps as well
        plain = front.ask(line, front.key)
        packed = front.ask(line, front.key, GZIP)
        assert len(plain.body) > 1400
        assert "content-encoding" not in plain.fields
        assert packed.fields["content-encoding"] == "gzip"
        assert json.loads(gzip.decompress(packed.body)) == plain.value


def test_bytes_of_a_file_are_left_alone(front: Front) -> None:
    data = middle(4711)
    front.ask(f"POST {STORE}files/upload?path=/bytes.fit", front.key, body=data)
    answer = front.ask(f"GET {STORE}files/download?path=/bytes.fit", front.key, GZIP)
    assert answer.body == data
    part = front.ask(f"GET {STORE}files/download?path=/bytes.fit", front.key, "Range: bytes=10-19")
    assert (part.status, part.body) == (206, data[10:20])


@pytest.mark.parametrize(
    "path",
    ["/metrics", "/metricz", "/metrics/", "/metrics?x=1", "/METRICS", "//metrics", "/%6detrics", "/x/../metrics"],
)
def test_figures_are_closed_to_the_outside(front: Front, path: str) -> None:
    for version in (None, TLS13):
        answer = front.ask(f"GET {path}", version=version)
        assert own(answer)["code"] == (403 if version is None else 404)


def test_what_is_too_long_is_refused_before_all_of_it_came(front: Front) -> None:
    """By a length that no limit allows. Of the body comes what newer Caddys want to see, and no more."""
    for where in (f"{GARMIN}upload", f"{STORE}files/upload?path=/huge.bin"):
        with Caller(front.proxy) as caller:
            fields = (front.watch if where.startswith(GARMIN) else front.key, "Content-Length: 3000000000")
            caller.send(head(f"POST {where}", *fields))
            with contextlib.suppress(OSError):
                caller.send(bytes(A_PART))
            assert told(caller.answer()) == "too_large"


def test_who_is_refused_while_still_sending_is_told_why(front: Front) -> None:
    """A proxy whose connection breaks while it writes may not have read the answer: the gateway takes what comes."""
    for _ in range(12):
        with Caller(front.proxy) as caller:
            caller.send(head(f"POST {STORE}files/upload?path=/a.bin", "X-API-Key: wg_no", "Content-Length: 8000000"))
            with contextlib.suppress(OSError):
                caller.send(bytes(8_000_000))
            assert told(caller.answer()) == "unauthorized"


def told(answer: Answer) -> str:
    """The error of the gateway or of the proxy; each holds the contract."""
    value = check(answer) if "x-request-id" in answer.fields else own(answer)
    return str(value["error"])


@pytest.mark.parametrize("size", [10_000, 20_000, 60_000])
def test_a_head_that_is_too_long(front: Front, size: int) -> None:
    """The gateway takes 16 KB, nginx 8 KB a line; what they say is the same."""
    for line, field in (
        (f"GET {GARMIN}status?x={'x' * size}", "X: y"),
        (f"GET {GARMIN}status", f"X-Long: {'x' * size}"),
    ):
        with Caller(front.proxy) as caller:
            with contextlib.suppress(OSError):  # who is answered may be cut off
                caller.send(head(line, front.watch, field))
            answer = caller.answer()
        if size > 16_384 or answer.status != 200:
            assert told(answer) == "too_large"


MALFORMED = [
    b"GET /api/v1/garmin/status HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"GET /api/v1/garmin/status HTTP/1.1\r\n\r\n",
    b"GET /api/%zz HTTP/1.1\r\nHost: sync.example.com\r\n\r\n", b"no request at all\r\n\r\n",
    b"GET /api/v1/garmin/status HTTP/1.1\r\nHost: sync.example.com\r\nContent-Length: x\r\n\r\n",
    b"GET /api/v1/garmin/status HTTP/3.7\r\nHost: sync.example.com\r\n\r\n",
    b"POST /api/v1/garmin/status HTTP/1.1\r\nHost: sync.example.com\r\nTransfer-Encoding: x\r\n\r\n",
]  # fmt: skip


@pytest.mark.parametrize("data", MALFORMED)
def test_what_is_no_request(front: Front, data: bytes) -> None:
    with Caller(front.proxy) as caller:
        caller.send(data)
        if front.proxy.name == "nginx":
            assert told(caller.answer()) == "bad_request"
        else:
            assert_short_and_plain(caller)


def test_plain_http_on_the_port_of_https(front: Front) -> None:
    with Caller(front.proxy, None, port=front.proxy.port) as caller:
        caller.send(head("GET /api/v1/garmin/status"))
        if front.proxy.name == "nginx":
            assert told(caller.answer()) == "bad_request"
        else:
            assert_short_and_plain(caller)


def assert_short_and_plain(caller: Caller) -> None:
    """Caddy cannot be told how to refuse what it does not understand: a line of text, and the end of the connection."""
    said = caller.rest()
    head, _, body = said.partition(b"\r\n\r\n")
    assert head.startswith((b"HTTP/1.1 400", b"HTTP/1.0 400", b"HTTP/1.1 501", b"HTTP/1.1 505")), said
    assert b"chunked" not in head
    assert b"<" not in body
    assert NAME.encode() not in body


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND"])
def test_methods_that_nobody_serves(front: Front, method: str) -> None:
    assert told(front.ask(f"{method} {GARMIN}status")) in {"method_not_allowed", "bad_request"}
