"""A head has a size, a time, and a turn."""

import json
import select

from tests.server.programs import Client, Program, Start, assert_contract

LIMIT = 16384


def head_of(size: int) -> bytes:
    start = b"GET /echo HTTP/1.1\r\nConnection: close\r\nA: "
    return start + b"a" * (size - len(start) - 4) + b"\r\n\r\n"


def test_a_head_of_the_limit_passes_and_one_more_byte_does_not(server: Program) -> None:
    ((status, _, _),) = server.ask(head_of(LIMIT))
    assert status == 200
    (answer,) = server.ask(head_of(LIMIT + 1))
    assert_contract(answer, 413, "too_large")


def test_a_long_request_line_is_too_large(server: Program) -> None:
    (answer,) = server.ask(b"GET /" + b"a" * LIMIT)
    assert_contract(answer, 413, "too_large")


def test_a_head_in_small_pieces_is_too_large_at_the_same_size(server: Program) -> None:
    with server.connect() as client:
        for start in range(0, LIMIT, 512):
            client.send(head_of(LIMIT + 100)[start : start + 512])
        assert_contract(client.answer(), 413, "too_large")


def test_a_long_head_behind_another_request_is_too_large(server: Program) -> None:
    with server.connect() as client:
        client.send(b"GET /echo HTTP/1.1\r\n\r\nGET /echo HTTP/1.1\r\nA: " + b"a" * 3 * LIMIT)
        assert client.answer()[0] == 200
        assert_contract(client.answer(), 413, "too_large")


def trickle(client: Client, data: bytes) -> None:
    """Send a byte whenever nothing has come for 20 ms, until something comes."""
    for byte in data:
        client.send(bytes([byte]))
        if select.select([client.sock], [], [], 0.02)[0]:
            return
    raise AssertionError("the deadline moved with the bytes")


def test_a_trickled_head_is_too_late(start: Start) -> None:
    server = start(head_timeout=0.3)
    with server.connect() as client:
        trickle(client, b"GET /echo HTTP/1.1\r\n" + b"A: b\r\n" * 500)
        assert_contract(client.answer(), 400, "bad_request")
        assert client.answer() is None


def test_trickled_empty_lines_are_too_late(start: Start) -> None:
    with start(head_timeout=0.3).connect() as client:
        trickle(client, b"\r\n" * 1000)
        assert_contract(client.answer(), 400, "bad_request")


def test_the_second_head_of_a_connection_has_the_same_deadline(start: Start) -> None:
    with start(head_timeout=0.3).connect() as client:
        client.get("/echo")
        client.send(b"GET /echo HT")
        assert_contract(client.answer(), 400, "bad_request")


def test_a_head_that_came_in_part_before_the_answer_is_too_late(start: Start) -> None:
    server = start(head_timeout=0.3)
    with server.connect() as client:
        client.send(b"GET /slow HTTP/1.1\r\n\r\nGET /ec")
        server.event("slow")
        server.ask(b"GET /release HTTP/1.1\r\nConnection: close\r\n\r\n")
        assert client.answer()[0] == 200
        assert_contract(client.answer(), 400, "bad_request")


def test_a_connection_without_a_byte_is_closed(start: Start) -> None:
    with start(head_timeout=0.3).connect() as client:
        assert client.sock.recv(1) == b""


def test_an_idle_connection_is_closed(start: Start) -> None:
    with start(keep_alive=0.3).connect() as client:
        assert client.get("/echo")[0] == 200
        assert client.sock.recv(1) == b""


def test_the_app_has_all_the_time_it_wants(start: Start) -> None:
    server = start(head_timeout=0.1, keep_alive=0.1, linger_timeout=0.1)
    with server.connect() as client, server.connect() as idle:
        client.send(b"GET /slow HTTP/1.1\r\n\r\n")
        server.event("slow")
        assert idle.sock.recv(1) == b""  # so the sweep has come by
        server.ask(b"GET /release HTTP/1.1\r\nConnection: close\r\n\r\n")
        assert client.answer()[0] == 200


def test_pipelined_requests_are_answered_in_order(server: Program) -> None:
    with server.connect() as client:
        client.send(b"".join(b"GET /echo?%d HTTP/1.1\r\n\r\n" % n for n in range(10)))
        assert [json.loads(client.answer()[2])["query"] for _ in range(10)] == [str(n) for n in range(10)]
        assert client.get("/echo")[0] == 200


def test_a_flood_of_pipelined_requests_is_cut_off_after_whole_answers(server: Program) -> None:
    answers = server.ask(b"GET /echo HTTP/1.1\r\n\r\n" * 1000)
    assert 1 < len(answers) < 30
    assert {status for status, _, _ in answers} == {200}
    assert [fields.get("connection") for _, fields, _ in answers] == [None] * (len(answers) - 1) + ["close"]


def test_garbage_behind_a_request_is_answered_after_it(server: Program) -> None:
    first, second = server.ask(b"GET /echo HTTP/1.1\r\n\r\n\x00\x01")
    assert first[0] == 200
    assert_contract(second, 400, "bad_request")


def test_a_broken_body_of_a_waiting_request_is_answered_in_its_turn(server: Program) -> None:
    broken = b"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
    first, second = server.ask(b"GET /echo HTTP/1.1\r\n\r\n" + broken)
    assert first[0] == 200
    assert_contract(second, 400, "bad_request")


def test_nothing_is_answered_after_connection_close(server: Program) -> None:
    answers = server.ask(b"GET /echo HTTP/1.1\r\nConnection: close\r\n\r\nGET /crash HTTP/1.1\r\n\r\n")
    assert [status for status, _, _ in answers] == [200]


def test_http_1_0_is_closed_after_the_answer(server: Program) -> None:
    ((status, _, _),) = server.ask(b"GET /echo HTTP/1.0\r\n\r\n")
    assert status == 200


def test_the_app_hears_of_a_lost_client_behind_which_another_request_waits(start: Start) -> None:
    server = start()
    with server.connect() as client:
        client.send(b"GET /longpoll HTTP/1.1\r\n\r\nGET /echo HTTP/1.1\r\n\r\n")
        server.event("polling")
    server.event("gone")
