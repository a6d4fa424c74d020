"""Changes as they happen, from a server that speaks as the gateway's ``sync/live`` does."""

import itertools
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed, InvalidURI
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from gateway.client import Client, Dropped, NotUnderstood, Patience, Refused, Reset
from gateway.client.identity import Ask
from tests.pyclient.servers import GUARD

Talk = Callable[[ServerConnection, str], None]


def frame(cursor: str, *paths: str) -> str:
    changes = [
        {"seq": 1, "op": "put", "file": {"id": "i", "path": path, "version": 1, "size": 1, "sha256": "0"}}
        for path in paths
    ]
    return json.dumps({"changes": changes, "cursor": cursor, "has_more": False})


class Live:
    """Lets the next of ``talks`` have each connection; ``cursors`` and ``keys`` say what came with it."""

    def __init__(self, talks: list[Talk], refusals: list[Response]) -> None:
        self.talks = iter(talks)
        self.refusals = refusals
        self.cursors: list[str | None] = []
        self.keys: list[str | None] = []
        self.url = ""

    def look(self, _connection: ServerConnection, request: Request) -> Response | None:
        self.keys.append(request.headers.get("Authorization"))
        return self.refusals.pop(0) if self.refusals else None

    def talk(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        asked = parse_qs(urlsplit(connection.request.path).query)
        cursor = asked.get("cursor", [""])[0]
        self.cursors.append(cursor)
        next(self.talks)(connection, cursor)


@contextmanager
def live(*talks: Talk, refusals: list[Response] | None = None) -> Iterator[Live]:
    state = Live(list(talks), refusals or [])
    with serve(state.talk, "127.0.0.1", 0, process_request=state.look) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        state.url = f"http://127.0.0.1:{server.socket.getsockname()[1]}"
        yield state
        server.shutdown()
    thread.join(GUARD)


def says(*frames: str, code: int | None = None) -> Talk:
    def talk(connection: ServerConnection, _cursor: str) -> None:
        for each in frames:
            connection.send(each)
        if code:
            connection.close(code)
        elif code is None:
            connection.recv(GUARD)  # until the client hangs up

    return talk


def test_it_goes_on_behind_what_was_told(patience: Patience, pauses: list[float]) -> None:
    talks = [says(frame("c1", "/a", "/b"), frame("c1"), frame("c2", "/c"), code=1001), says(frame("c3", "/d"))]
    with live(*talks) as server, Client(server.url, "wg_x", patience=patience) as client:
        changes = list(itertools.islice(client.live("c0"), 4))
    assert [(change.path, change.cursor) for change in changes] == [
        ("/a", "c0"), ("/b", "c1"), ("/c", "c2"), ("/d", "c3"),
    ]  # fmt: skip
    assert (server.cursors, pauses) == (["c0", "c2"], [1])
    assert set(server.keys) == {"Bearer wg_x"}


def test_silence_is_a_broken_connection(patience: Patience) -> None:
    hung_up = []

    def silent(connection: ServerConnection, _cursor: str) -> None:
        connection.send(frame("c1", "/a"))
        with pytest.raises(ConnectionClosed):
            connection.recv(GUARD)
        hung_up.append(True)

    with live(silent, says(frame("c2", "/b"))) as server:
        with Client(server.url, "wg_x", patience=patience) as client:
            assert [change.path for change in itertools.islice(client.live(silence=0.1), 2)] == ["/a", "/b"]
        assert server.cursors == ["", "c1"]
    assert hung_up, "the client waits no longer than the heart may be silent"


def test_a_void_cursor_and_an_ended_key(patience: Patience) -> None:
    reset = json.dumps({"ok": False, "code": 410, "error": "gone", "reset": True, "m": "restored"})
    with (
        live(says(reset, code=4410)) as server,
        Client(server.url, "wg_x", patience=patience) as client,
        pytest.raises(Reset, match="restored"),
    ):
        next(client.live("old"))
    with live(says(code=4401)) as server, Client(server.url, "wg_x", patience=patience) as client:
        with pytest.raises(Refused) as refused:
            next(client.live())
        assert refused.value.status == 401
        assert len(server.keys) == 1, "there is no other key"


class Tokens:
    """An identity with a next token for each that has ended."""

    def __init__(self) -> None:
        self.number = 1

    def token(self, _ask: Ask) -> str:
        return f"t{self.number}"

    def renew(self, ask: Ask, refused: str) -> bool:
        assert refused == self.token(ask)
        self.number += 1
        return True


@contextmanager
def signed_in(server: Live, patience: Patience) -> Iterator[Client]:
    with Client(server.url, "wg_x", patience=patience) as client:
        client._transport._identity = Tokens()
        yield client


ENDED = json.dumps({"ok": False, "code": 401, "error": "unauthorized", "m": "the token's time is over"})


def test_a_token_that_ends_on_the_way_is_renewed(patience: Patience, pauses: list[float]) -> None:
    talks = [
        says(frame("c1", "/a"), ENDED, code=4401), says(frame("c2", "/b"), code=4401), says(frame("c3", "/c")),
    ]  # fmt: skip
    with live(*talks) as server, signed_in(server, patience) as client:
        assert [change.path for change in itertools.islice(client.live("c0"), 3)] == ["/a", "/b", "/c"]
    assert server.cursors == ["c0", "c1", "c2"]
    assert server.keys == ["Bearer t1", "Bearer t2", "Bearer t3"]
    assert pauses == []


def test_a_renewed_token_that_is_refused_too(patience: Patience, pauses: list[float]) -> None:
    with live(*[says(ENDED, code=4401)] * 3) as server, signed_in(server, patience) as client:
        with pytest.raises(Refused, match="time is over"):
            next(client.live("c0"))
        assert (server.keys, pauses) == (["Bearer t1", "Bearer t2"], [])


@pytest.mark.parametrize("path", ["/api/v1/sync/live", ""])
def test_a_redirect_is_not_followed(path: str, patience: Patience) -> None:
    with live(says(frame("c1", "/a"))) as elsewhere:
        where = f"{elsewhere.url.replace('http', 'ws')}{path}" if path else "http://["
        move = Response(302, "x", Headers({"Location": where, "Content-Length": "0"}), b"")
        with (
            live(refusals=[move]) as server,
            Client(server.url, "wg_x", patience=patience) as client,
            pytest.raises(NotUnderstood, match="leads to another address"),
        ):
            next(client.live())
        assert (len(server.keys), elsewhere.keys) == (1, [])


def test_an_address_that_opens_no_websocket(monkeypatch: pytest.MonkeyPatch, patience: Patience) -> None:
    def parse(uri: str) -> None:
        raise InvalidURI(uri, "odd")

    monkeypatch.setattr("websockets.sync.client.parse_uri", parse)
    with (
        Client("http://127.0.0.1:1", "wg_x", patience=patience) as client,
        pytest.raises(NotUnderstood, match="opens no WebSocket"),
    ):
        next(client.live())


def test_a_refused_opening_and_a_busy_one(patience: Patience, pauses: list[float]) -> None:
    def refusal(status: HTTPStatus, **told: Any) -> Response:
        body = json.dumps({"ok": False, "code": status.value, **told}).encode()
        return Response(status.value, "x", Headers({"Content-Length": str(len(body))}), body)

    busy = refusal(HTTPStatus.SERVICE_UNAVAILABLE, error="busy", m="busy", wait=7)
    wrong = refusal(HTTPStatus.UNAUTHORIZED, error="unauthorized", m="this key is not known")
    talk = says(frame("c1", "/a"))
    with (
        live(talk, refusals=[busy, wrong]) as server,
        Client(server.url, "wg_x", patience=patience) as client,
    ):
        with pytest.raises(Refused, match="this key is not known"):
            next(client.live())
        assert pauses == [7]
        assert next(client.live()).path == "/a"


@pytest.mark.parametrize("sent", ["[]", "{", "{}", '{"changes":7,"cursor":"c"}', '{"changes":[{}],"cursor":"c"}'])
def test_what_is_no_frame_of_a_gateway(sent: str, patience: Patience) -> None:
    with (
        live(says(sent)) as server,
        Client(server.url, "wg_x", patience=patience) as client,
        pytest.raises(NotUnderstood),
    ):
        next(client.live())


def test_it_gives_up_in_the_end(patience: Patience, pauses: list[float]) -> None:
    with (
        live(*[says(code=1011)] * 5) as server,
        Client(server.url, "wg_x", patience=patience) as client,
        pytest.raises(Dropped, match="the connection broke"),
    ):
        next(client.live())
    assert pauses == [1, 2, 4, 8]
