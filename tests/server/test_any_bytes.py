"""Any bytes at all: nothing, or answers in JSON; and the server lives on."""

import contextlib
import json
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.server.programs import Program

PIECES = [
    b"GET /nowhere HTTP/1.1\r\n", b"POST /unread HTTP/1.1\r\n", b"PUT /crash HTTP/1.0\r\n", b"OPTIONS * HTTP/1.1\r\n",
    b"GET /echo?a=%ff HTTP/1.1\r\n", b"CONNECT x:1 HTTP/1.1\r\n", b"GET http://x HTTP/1.1\r\n", b"PRI * HTTP/2.0\r\n",
    b"Content-Length: 5\r\n", b"Content-Length: 1000000\r\n", b"Content-Length: -1\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: gzip, chunked\r\n", b"Connection: close\r\n", b"Connection: upgrade\r\n", b"Upgrade: h2c\r\n",
    b"Upgrade: websocket\r\n", b"Sec-WebSocket-Version: 13\r\n", b"Expect: 100-continue\r\n", b"Host: x\r\n",
    b"X: " + b"y" * 5000 + b"\r\n", b"\r\n", b"\r\n", b"\r\n", b"\r\n\r\n", b"hello", b"5\r\nhello\r\n", b"0\r\n\r\n",
    b"ffffffffffffffffff\r\n", b"0\r\nA: b\r\n\r\n", b"\n", b"\x00", b" ", b":",
]  # fmt: skip
BYTES = st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=20)), max_size=12).map(b"".join)


@pytest.fixture(scope="module")
def hasty() -> Iterator[Program]:
    program = Program(head_timeout=0.08, keep_alive=0.08, linger_timeout=0.08)
    yield program
    program.kill()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.lists(BYTES, min_size=1, max_size=3))
def test_any_bytes_get_nothing_or_json(hasty: Program, data: list[bytes]) -> None:
    with hasty.connect() as client:
        for part in data:
            client.send(part)
        with contextlib.suppress(ConnectionResetError):
            for status, fields, body in client.rest():
                assert status in (100, 200, 400, 404, 405, 413, 500)
                if status != 100:
                    assert fields["content-type"] == "application/json"
                    assert isinstance(json.loads(body), dict)
    ((status, _, body),) = hasty.ask(b"GET /echo HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert status == 200
    assert json.loads(body)["pid"] == hasty.worker
