"""There are only so many connections, and a client has to take its answer."""

import contextlib
import resource
import select

from tests.server.programs import Start, assert_contract


def test_a_newcomer_takes_the_place_of_the_longest_idle(start: Start) -> None:
    server = start(max_connections=3)
    with server.connect() as first, server.connect() as second, server.connect() as busy:
        busy.send(b"GET /longpoll HTTP/1.1\r\n\r\n")
        server.event("polling")
        assert (first.get("/echo")[0], second.get("/echo")[0]) == (200, 200)
        assert first.get("/echo")[0] == 200  # now the second is the longest idle
        with server.connect() as newcomer:
            assert newcomer.get("/echo")[0] == 200
            assert second.sock.recv(1) == b""
            assert first.get("/echo")[0] == 200


def test_a_newcomer_is_told_when_all_are_busy(start: Start) -> None:
    server = start(max_connections=1)
    with server.connect() as busy:
        busy.send(b"GET /longpoll HTTP/1.1\r\n\r\n")
        server.event("polling")
        for _ in range(3):
            with server.connect() as newcomer:
                newcomer.send(b"POST /echo HTTP/1.1\r\nContent-Length: 5\r\n\r\nabcde")
                answer = newcomer.answer()
                value = assert_contract(answer, 503, "busy")
                assert answer[1]["retry-after"] == str(value["wait"])
                assert newcomer.answer() is None
    server.event("gone")
    while (answer := server.ask(b"GET /echo HTTP/1.1\r\nConnection: close\r\n\r\n")[0])[0] == 503:
        pass  # the places of the refused may be taken for a moment
    assert answer[0] == 200


def test_a_crowd_beyond_words_is_dropped(start: Start) -> None:
    server = start(max_connections=1)
    with server.connect() as busy:
        busy.send(b"GET /longpoll HTTP/1.1\r\n\r\n")
        server.event("polling")
        crowd = [server.connect() for _ in range(80)]
        answered = 0
        for client in crowd:
            with contextlib.suppress(ConnectionError):
                answered += client.answer() is not None
        assert answered == 64
        for client in crowd:
            client.sock.close()


def test_an_answer_that_is_not_taken_is_cut_off(start: Start) -> None:
    server = start(write_timeout=0.3)
    with server.connect() as client:
        client.send(b"GET /big HTTP/1.1\r\n\r\n")
        server.event("big ended")  # only if the app is let go: 50 MB fit into no buffer


def test_a_buffered_answer_that_is_not_taken_is_cut_off(start: Start) -> None:
    server = start(write_timeout=0.3, keep_alive=0.1, max_connections=1)
    with server.connect() as client:
        client.send(b"GET /huge HTTP/1.1\r\n\r\n")
        server.event("huge")
        while server.ask(b"GET /echo HTTP/1.1\r\nConnection: close\r\n\r\n")[0][0] == 503:
            pass  # until the place of the first is free


def test_the_limit_of_open_files_is_raised(start: Start) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (400, hard))
    try:
        server = start(max_connections=1000)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert resource.prlimit(server.worker, resource.RLIMIT_NOFILE)[0] == 1000 + 64 + 256


def test_an_answer_that_is_taken_slowly_arrives_whole(start: Start) -> None:
    with start(write_timeout=1).connect() as client:
        client.send(b"GET /huge HTTP/1.1\r\nConnection: close\r\n\r\n")
        size = 0
        while data := client.sock.recv(200_000):  # 250 times and more, some 3 s in all
            size += len(data)
            select.select([], [], [], 0.01)
    assert size > 50_000_000
