"""Bodies are not buffered, and the answer to an unread one arrives."""

import json
import select

import pytest

from tests.server.programs import Client, Program, Start, assert_contract


def send_slowly(client: Client, data: bytes, pause: float) -> None:
    for _ in range(10_000):
        client.sock.sendall(data)
        select.select([], [], [client.sock], pause)


def test_an_answer_before_the_body_arrives_although_the_client_goes_on(server: Program) -> None:
    with server.connect() as client:
        client.send(b"POST /unread HTTP/1.1\r\nContent-Length: 200000\r\n\r\n")
        client.send(b"x" * 200_000)
        status, fields, _ = client.answer()
        assert (status, fields["connection"]) == (413, "close")
        assert client.answer() is None


def test_a_client_that_goes_on_for_ever_is_cut_off(server: Program) -> None:
    with server.connect() as client:
        client.send(b"POST /unread HTTP/1.1\r\nContent-Length: 10000000000\r\n\r\n")
        with pytest.raises(ConnectionError):
            send_slowly(client, b"x" * 65536, pause=0)


def test_a_client_that_neither_goes_on_nor_closes_is_cut_off(start: Start) -> None:
    with start(linger_timeout=0.2).connect() as client:
        client.send(b"POST /unread HTTP/1.1\r\nContent-Length: 200000\r\n\r\n")
        assert client.answer()[0] == 413
        assert client.answer() is None  # their half is closed
        with pytest.raises(ConnectionError):
            send_slowly(client, b"x", pause=0.01)


def test_a_body_that_is_not_read_is_not_buffered(start: Start) -> None:
    server = start()
    with server.connect() as client:
        client.send(b"POST /slow HTTP/1.1\r\nContent-Length: 10000000000\r\n\r\n")
        server.event("slow")
        sent = 0
        client.sock.setblocking(False)
        while sent < 200_000_000 and select.select([], [client.sock], [], 0.5)[1]:
            sent += client.sock.send(b"x" * 65536)
        assert sent < 50_000_000  # what the kernel's buffers hold


def test_a_long_body_is_read_whole(server: Program) -> None:
    body = bytes(range(65, 90)) * 40_000
    with server.connect() as client:
        client.send(b"POST /echo HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        status, fields, got = client.answer()
        assert (status, json.loads(got)["body"].encode()) == (200, body)
        assert "connection" not in fields
        assert client.get("/echo")[0] == 200


def test_a_chunked_body_in_single_bytes_is_read_whole(server: Program) -> None:
    with server.connect() as client:
        for byte in b"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n2\r\nde\r\n0\r\n\r\n":
            client.send(bytes([byte]))
        assert json.loads(client.answer()[2])["body"] == "abcde"


def test_a_request_behind_a_body_is_answered(server: Program) -> None:
    with server.connect() as client:
        client.send(b"POST /echo HTTP/1.1\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000)
        client.send(b"GET /echo?next HTTP/1.1\r\n\r\n")
        assert len(json.loads(client.answer()[2])["body"]) == 100_000
        assert json.loads(client.answer()[2])["query"] == "next"


def test_continue_is_sent_when_the_app_reads(server: Program) -> None:
    with server.connect() as client:
        client.send(b"POST /echo HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        assert client.answer()[0] == 100
        client.send(b"abc")
        assert json.loads(client.answer()[2])["body"] == "abc"


def test_continue_is_not_sent_when_the_app_refuses(server: Program) -> None:
    (answer,) = server.ask(b"POST /unread HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
    assert (answer[0], answer[1]["connection"]) == (413, "close")


def test_a_body_that_breaks_while_the_app_reads_is_answered_in_its_place(start: Start) -> None:
    server = start()
    with server.connect() as client:
        client.send(b"POST /echo?e=200 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
        server.ask(b"GET /release HTTP/1.1\r\nConnection: close\r\n\r\n")  # the app is reading by now
        client.send(b"zz\r\n")
        answer = client.answer()
        assert answer[0] == 200
        assert_contract((400, *answer[1:]), 400, "bad_request")
    server.event("disconnected")


def test_continue_is_not_sent_to_http_1_0(server: Program) -> None:
    ((status, _, _),) = server.ask(b"POST /echo HTTP/1.0\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc")
    assert status == 200


def test_the_app_does_not_run_for_a_body_that_cannot_be_framed(start: Start) -> None:
    server = start()
    (answer,) = server.ask(b"POST /stubborn HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n")
    assert_contract(answer, 400, "bad_request")
    assert server.stop()[:2] == (0, ["shut down"])
