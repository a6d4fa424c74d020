"""WebSockets work, and refusing one is an answer like any other."""

import pytest
from websockets.sync.client import connect

from tests.server.programs import Client, Program, Start, assert_contract

KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
UPGRADE = "Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
OPENING = UPGRADE + KEY + "Sec-WebSocket-Version: 13\r\n"


def test_messages_go_both_ways(server: Program) -> None:
    with connect(f"ws://127.0.0.1:{server.port}/ws") as socket:
        for message in ("a", "b" * 60_000):
            socket.send(message)
            assert socket.recv() == message


def test_a_websocket_behind_an_ordinary_request(server: Program) -> None:
    with server.connect() as client:
        assert client.get("/echo")[0] == 200
        client.send(f"GET /ws HTTP/1.1\r\n{OPENING}\r\n".encode() + b"\x81\x82\x00\x00\x00\x00hi")
        answer = b""
        while not answer.endswith(b"\x81\x02hi"):
            answer += client.sock.recv(1000)
        assert answer.startswith(b"HTTP/1.1 101 ")


def read_all(client: Client) -> bytes:
    received = b""
    while data := client.sock.recv(1000):
        received += data
    return received


def test_no_frames_before_or_after_the_handshake_end_it_only(start: Start) -> None:
    server = start()
    opening = f"GET /ws HTTP/1.1\r\n{OPENING}\r\n".encode()
    with server.connect() as client:
        client.send(opening + b"\xff\xff\xff\xff")
        assert b"\r\n\r\n\x88" in read_all(client)  # accepted, then a close frame
    with server.connect() as client:
        client.send(opening)
        assert client.sock.recv(1000).startswith(b"HTTP/1.1 101 ")
        client.send(b"\xff\xff\xff\xff")
        assert read_all(client).startswith(b"\x88")
    code, events, log = server.stop()
    assert (code, events[-1], log) == (0, "shut down", "")


def test_who_pings_and_takes_nothing_is_not_answered_each_time(server: Program) -> None:
    """Answers that wait would fill the memory; the connection goes on when its client reads again."""
    ping = b"\x89\xfd\x00\x00\x00\x00" + b"p" * 125
    pings = 150_000
    with server.connect() as client:
        client.send(f"GET /ws HTTP/1.1\r\n{OPENING}\r\n".encode())
        assert client.sock.recv(1000).startswith(b"HTTP/1.1 101 ")
        for _ in range(pings // 1000):
            client.send(ping * 1000)
        client.send(b"\x81\x82\x00\x00\x00\x00hi")
        received = bytearray()
        while b"\x81\x02hi" not in received[-(1 << 17) :]:
            received += client.sock.recv(1 << 16)
    assert received.count(b"\x8a\x7d") < pings / 2


def test_an_upgrade_where_there_is_no_websocket_is_not_found(server: Program) -> None:
    (answer,) = server.ask(f"GET /echo HTTP/1.1\r\n{OPENING}\r\n".encode())
    assert_contract(answer, 404, "not_found")


def test_a_failing_app_is_an_internal_error(server: Program) -> None:
    (answer,) = server.ask(f"GET /crash HTTP/1.1\r\n{OPENING}\r\n".encode())
    assert_contract(answer, 500, "internal")


@pytest.mark.parametrize(
    "fields",
    [
        UPGRADE,
        UPGRADE + KEY,
        UPGRADE + KEY + "Sec-WebSocket-Version: 8\r\n",
        UPGRADE + "Sec-WebSocket-Key: short\r\nSec-WebSocket-Version: 13\r\n",
        OPENING + KEY,
        UPGRADE.replace("Host", "X") + KEY + KEY + "Sec-WebSocket-Version: 13\r\n",
    ],
)
def test_a_malformed_handshake_is_a_bad_request(server: Program, fields: str) -> None:
    (answer,) = server.ask(f"GET /ws HTTP/1.1\r\n{fields}\r\n".encode())
    assert_contract(answer, 400, "bad_request")


@pytest.mark.parametrize(
    "head",
    [
        f"POST /nowhere HTTP/1.1\r\n{OPENING}",
        f"GET /{'a' * 9000} HTTP/1.1\r\n{OPENING}",
        f"GET /nowhere HTTP/1.1\r\n{OPENING}A: {'a' * 9000}\r\n",
        f"GET /nowhere HTTP/1.1\r\n{OPENING}" + "A: b\r\n" * 200,
        f"GET http://x/nowhere HTTP/1.1\r\n{OPENING}",
    ],
)
def test_an_upgrade_that_cannot_be_one_is_an_ordinary_request(server: Program, head: str) -> None:
    ((status, fields, body),) = server.ask(f"{head}Connection: close\r\n\r\n".encode())
    assert (status, fields["content-type"], body) == (404, "application/json", b'{"ok":false,"code":404}')


def test_an_upgrade_behind_an_unanswered_request_is_refused_in_its_turn(server: Program) -> None:
    first, second = server.ask(f"GET /echo HTTP/1.1\r\n\r\nGET /ws HTTP/1.1\r\n{OPENING}\r\n".encode())
    assert first[0] == 200
    assert_contract(second, 400, "bad_request")
