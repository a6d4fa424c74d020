"""The end is orderly, whatever is going on and however often it is asked for."""

import os
import signal

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.server.programs import Client, Program, Start, assert_contract


def begin(server: Program, poll: Client, number: int = signal.SIGTERM) -> None:
    """Signal the master; the answer to a long-poll tells that the worker has begun to stop."""
    poll.send(b"GET /longpoll HTTP/1.1\r\n\r\n")
    server.event("polling")
    server.process.send_signal(number)
    status, fields, body = poll.answer()
    assert (status, fields["connection"], body) == (200, "close", b'{"ok":true,"stopping":true}')
    assert poll.answer() is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP])
def test_a_signal_ends_it_with_code_0(start: Start, number: int) -> None:
    server = start()
    with server.connect() as poll, server.connect() as idle, server.connect() as busy:
        assert idle.get("/echo")[0] == 200
        busy.send(b"POST /echo HTTP/1.1\r\nContent-Length: 6\r\n\r\nabc")
        begin(server, poll, number)
        assert idle.sock.recv(1) == b""
        with pytest.raises(ConnectionError):
            server.connect()
        busy.send(b"def")
        status, fields, _ = busy.answer()
        assert (status, fields["connection"]) == (200, "close")
    code, events, log = server.ended()
    assert (code, events) == (0, ["shut down"])
    assert log == ""


def test_websockets_are_closed_as_restarting(start: Start) -> None:
    server = start()
    with connect(f"ws://127.0.0.1:{server.port}/ws") as socket:
        socket.send("hello")
        assert socket.recv() == "hello"
        server.process.terminate()
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv()
    assert closed.value.rcvd.code == 1012
    assert server.event("websocket ended")["code"] == 1012
    assert server.ended()[:2] == (0, ["shut down"])


def test_a_request_that_does_not_end_is_cut_and_the_app_still_shut_down(start: Start) -> None:
    server = start(shutdown_timeout=2)
    with server.connect() as client, server.connect() as poll:
        client.send(b"GET /stubborn HTTP/1.1\r\n\r\n")
        server.event("stubborn")
        begin(server, poll)
        assert_contract(client.answer(), 503, "busy")
    assert server.ended()[:2] == (0, ["stubborn cut", "shut down"])


def test_a_client_that_does_not_read_does_not_hold_up_the_end(start: Start) -> None:
    server = start(shutdown_timeout=2)
    with server.connect() as client:
        client.send(b"GET /huge HTTP/1.1\r\n\r\n")
        server.event("huge")
        assert server.stop()[:2] == (0, ["shut down"])


@pytest.mark.parametrize(("number", "timeout"), [(signal.SIGTERM, 2), (signal.SIGINT, 4)])
def test_more_signals_change_nothing(start: Start, number: int, timeout: int) -> None:
    server = start(shutdown_timeout=timeout)  # gunicorn gives 2 s after a second SIGINT
    with server.connect() as client, server.connect() as poll:
        client.send(b"GET /stubborn HTTP/1.1\r\n\r\n")
        server.event("stubborn")
        begin(server, poll)
        for _ in range(3):
            os.killpg(server.process.pid, number)  # as Ctrl-C does: master and worker
        assert_contract(client.answer(), 503, "busy")
    assert server.ended()[:2] == (0, ["stubborn cut", "shut down"])
