"""What a client makes of a gateway that is down, busy, not one at all, or hostile."""

import gzip
import json
import socket
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.client import (
    Client,
    ClientError,
    Device,
    Dropped,
    Misused,
    NotTrusted,
    NotUnderstood,
    Patience,
    Refused,
    Reset,
    TimedOut,
    Unreachable,
)
from gateway.client.transport import LONGEST_ANSWER
from gateway.simwatch.localgateway import LocalGateway
from tests.pyclient.servers import GUARD, Scripted, says, scripted

KEY = "wg_secret"
ME = says(
    200,
    json.dumps(
        {
            "ok": True, "user": {"id": "u"}, "key": {"id": "k", "name": "n"}, "scopes": ["read"],
            "project": {"id": "p", "name": "home"}, "unknown": 1,
        }
    ).encode(),
)  # fmt: skip
BUSY = says(503, b'{"ok":false,"code":503,"error":"busy","m":"busy, try again soon","wait":7}')
Ask = Callable[[Client], object]


def refusal(word: str, status: int, **more: object) -> bytes:
    return says(status, json.dumps({"ok": False, "code": status, "error": word, "m": word, **more}).encode())


def closes(sock: socket.socket) -> None:
    """Say nothing."""


def test_a_wrong_key(gateway: LocalGateway) -> None:
    with Client(gateway.url, "wg_wrong") as client, pytest.raises(Refused, match="this key is not known") as refused:
        client.me()
    assert (refused.value.status, refused.value.word) == (401, "unauthorized")


def test_busy_is_asked_again_after_its_wait(patience: Patience, pauses: list[float]) -> None:
    late = says(429, b"{}", "Retry-After: 9")
    proxy = says(502, b"<html>", "Content-Type: text/html")
    limited = refusal("rate_limited", 429)
    with scripted(BUSY, proxy, limited, BUSY, ME) as server, Client(server.url, KEY, patience=patience) as client:
        assert client.me().name == "n"
        assert pauses == [7, 2, 4, 7]
        assert server.connections == 1
    with scripted(late) as server, Client(server.url, KEY, patience=patience) as client:
        with pytest.raises(Refused) as refused:
            client.me()
        assert (refused.value.wait, refused.value.message) == (9, "the gateway answers 429")


def test_not_for_ever_and_not_for_whoever_asks_for_too_much(patience: Patience, pauses: list[float]) -> None:
    with scripted(*[BUSY] * 5) as server, Client(server.url, KEY, patience=patience) as client:
        with pytest.raises(Refused, match="busy, try again soon"):
            client.me()
        assert len(server.heads) == 5
    hour = refusal("busy", 503, wait=3600)
    with scripted(hour) as server, Client(server.url, KEY, patience=patience) as client:
        with pytest.raises(Refused) as refused:
            client.me()
        assert refused.value.wait == 3600
    assert pauses == [7] * 4
    for wait in (-5, "soon", None, 1e9):
        with scripted(refusal("busy", 503, wait=wait), ME) as server, Client(server.url, KEY, patience=patience) as it:
            it.me()
    assert min(pauses) > 0


def test_a_dropped_connection_is_made_again(patience: Patience, pauses: list[float]) -> None:
    with scripted(ME, closes, ME) as server, Client(server.url, KEY, patience=patience) as client:
        assert client.me() == client.me()
        assert (server.connections, pauses) == (2, [1])
    with scripted(ME, ME) as server, Client(server.url, KEY, patience=patience) as client:
        client.me()
        client.close()
        client.me()
        assert server.connections == 2


@pytest.mark.parametrize(
    ("ask", "times"),
    [
        (lambda client: client.push([]), 5),
        (lambda client: client.upload(b"x", to="/a"), 5),
        (lambda client: client.upload(b"x", to="/a", new=True), 1),
        (lambda client: client.ask("POST", "keys", None, {"name": "x"}), 1),
    ],
)
def test_only_what_is_safe_is_sent_again(ask: Ask, times: int, patience: Patience) -> None:
    with scripted(*[closes] * 9) as server, Client(server.url, KEY, patience=patience) as client:
        with pytest.raises(Dropped, match="the connection broke"):
            ask(client)
        assert len(server.heads) == times


def test_a_gateway_that_is_down(pauses: list[float]) -> None:
    told: list[tuple[str, float]] = []
    patience = Patience(sleep=pauses.append, tell=lambda error, seconds: told.append((str(error), seconds)))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with Client(url, KEY, patience=patience) as client, pytest.raises(Unreachable, match="nothing listens there"):
        client.me()
    assert pauses == [1, 2, 4, 8] == [seconds for _, seconds in told]
    assert all("nothing listens there" in error for error, _ in told)


def test_a_gateway_that_says_nothing() -> None:
    release = threading.Event()
    with scripted(lambda _: release.wait(GUARD)) as server:
        once = Patience(tries=1)
        with Client(server.url, KEY, timeout=0.2, patience=once) as client, pytest.raises(TimedOut, match="not answer"):
            client.me()
        release.set()


def drip(pieces: Callable[[], bytes], stop: threading.Event) -> Callable[[socket.socket], None]:
    def say(sock: socket.socket) -> None:
        while not stop.is_set():
            sock.sendall(pieces())

    return say


@pytest.mark.parametrize(
    "answer",
    [
        says(200, b"[1]"),
        says(200, b"<html>welcome"),
        says(200, b"\xff"),
        says(200, b"[" * 100_000),
        says(200, b'{"ok":true}'),
        says(200, b'{"user":[],"key":7}'),
        says(200, b"not gzip", "Content-Encoding: gzip"),
        says(200, gzip.compress(ME.partition(b"\r\n\r\n")[2] + b" " * LONGEST_ANSWER, 1), "Content-Encoding: gzip"),
        says(301, b"", "Location: https://elsewhere.example/"),
        says(307, b"", "Location: http://127.0.0.1:1/"),
    ],
)
def test_what_is_no_answer_of_a_gateway(answer: bytes) -> None:
    with scripted(answer) as server, Client(server.url, KEY) as client:
        with pytest.raises(NotUnderstood) as error:
            client.me()
        assert len(server.heads) == 1
    assert KEY not in "".join(traceback.format_exception(error.value))


def test_a_redirect_is_not_followed_with_the_key(patience: Patience) -> None:
    with scripted(ME) as elsewhere:
        move = says(302, b"", f"Location: {elsewhere.url}/api/v1/auth/me")
        with (
            scripted(move) as server,
            Client(server.url, KEY, patience=patience) as client,
            pytest.raises(NotUnderstood, match="leads to another address"),
        ):
            client.me()
        assert elsewhere.connections == 0


def test_an_endless_answer_ends(patience: Patience) -> None:
    stop = threading.Event()
    sent = 0

    def body() -> bytes:
        nonlocal sent
        sent += 65536
        return b"HTTP/1.1 200 x\r\n\r\n" + b" " * 65536 if sent == 65536 else b" " * 65536

    with scripted(drip(body, stop)) as server, Client(server.url, KEY, patience=patience) as client:
        with pytest.raises(NotUnderstood):
            client.me()
        stop.set()
    assert LONGEST_ANSWER < sent < 2 * LONGEST_ANSWER


@pytest.mark.parametrize(
    "first", [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 200 x\r\n" + b"X: y\r\n" * 5000, b"\0" * 70000]
)
def test_a_head_that_does_not_end(first: bytes) -> None:
    stop = threading.Event()
    with scripted(drip(lambda: first, stop)) as server:
        once = Patience(tries=1)
        with Client(server.url, KEY, timeout=0.05, patience=once) as client, pytest.raises(Unreachable):
            client.me()
        stop.set()


def test_a_refusal_ends_an_upload_in_its_middle(patience: Patience) -> None:
    release, in_time = threading.Event(), []

    def refuse(sock: socket.socket) -> None:
        sock.sendall(refusal("too_large", 413))
        in_time.append(release.wait(GUARD))  # and take no more

    with Scripted() as server, Client(server.url, KEY, patience=patience) as client:
        server.talk = lambda _, sock: refuse(sock)  # type: ignore[method-assign]
        with pytest.raises(Refused) as refused:
            client.upload(bytes(64 * 1024 * 1024), to="/a")
        release.set()
    assert (refused.value.word, in_time) == ("too_large", [True])


def test_an_answer_shorter_than_it_says(patience: Patience) -> None:
    short = ME.replace(b"Content-Length: ", b"Content-Length: 9")
    with scripted(lambda sock: sock.sendall(short), ME) as server, Client(server.url, KEY, patience=patience) as client:
        assert client.me().name == "n"
        assert server.connections == 2


def test_what_follows_an_answer_is_not_the_next_one(patience: Patience) -> None:
    with scripted(ME + refusal("forbidden", 403), ME) as server, Client(server.url, KEY, patience=patience) as client:
        client.me()
        assert client.me().name == "n"


def test_what_a_terminal_would_obey_is_not_shown() -> None:
    with (
        scripted(refusal("not_found", 404, m="\x1b[2Jgone\n" + "x" * 5000)) as server,
        Client(server.url, KEY) as client,
        pytest.raises(Refused) as refused,
    ):
        client.me()
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) == 1000


def test_a_download_without_its_version_or_length_is_none(tmp_path: Path) -> None:
    told = ('ETag: "1"', f"X-Content-SHA256: {'0' * 64}")
    endless = f"HTTP/1.1 200 x\r\n{told[0]}\r\n{told[1]}\r\n\r\nxxx".encode()
    for answer in (says(200, b"x"), says(200, b"x", 'ETag: "1"\r\n\tx', told[1]), endless):
        with scripted(answer) as server, Client(server.url, KEY) as client, pytest.raises(NotUnderstood):
            client.download("/a", tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_a_list_of_a_hostile_gateway_names_no_place_outside(tmp_path: Path) -> None:
    entry = {"id": "i", "path": "/x/..", "version": 1, "size": 1, "sha256": "0", "time": 1}
    page = says(200, json.dumps({"ok": True, "entries": [entry]}).encode())
    with scripted(page) as server, Client(server.url, KEY) as client:
        [file] = client.files("/")
        with pytest.raises(Misused, match="no name for a file"):
            client.download(file, tmp_path)


def test_a_list_that_does_not_go_on_ends() -> None:
    page = says(200, json.dumps({"ok": True, "entries": [], "files": [], "cursor": "same", "next": "same"}).encode())
    with scripted(page, page, page) as server:
        with Client(server.url, KEY) as client, pytest.raises(NotUnderstood, match="does not go on"):
            list(client.files("/"))
        assert len(server.heads) == 2
    same = says(200, b'{"ok":true,"changes":[],"cursor":"same","has_more":true}')
    with scripted(same, same, same) as server:
        with Client(server.url, KEY) as client, pytest.raises(NotUnderstood, match="does not go on"):
            list(client.changes())
        assert len(server.heads) == 2
    with scripted(page, page, page) as server:
        with Device(server.url, "t" * 64) as device, pytest.raises(NotUnderstood, match="does not go on"):
            list(device.waiting())
        assert len(server.heads) == 2


def test_an_export_that_breaks_off_leaves_nothing(tmp_path: Path, patience: Patience) -> None:
    """Each time it is made anew: there is nothing to go on with."""
    short = says(200, b"<gpx>half").replace(b"Content-Length: ", b"Content-Length: 9")
    endless = b"HTTP/1.1 200 x\r\n\r\n<gpx>half"
    for answer, error in ((short, Unreachable), (endless, NotUnderstood)):
        talks = [lambda sock, answer=answer: sock.sendall(answer)] * 9
        with scripted(*talks) as server, Client(server.url, KEY, patience=patience) as client, pytest.raises(error):
            client.export("aaaaaaaaaaaa", "gpx", tmp_path / "a.gpx")
        assert list(tmp_path.iterdir()) == []


def test_a_reset_is_told() -> None:
    void = refusal("gone", 410, reset=True)
    with scripted(void) as server, Client(server.url, KEY) as client, pytest.raises(Reset):
        list(client.changes("old"))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sync.example.com", "must be like https"),
        ("ftp://sync.example.com", "must be like https"),
        ("https://", "must be like https"),
        ("https://x.example:99999", "must be like https"),
        ("https://x.example/?a=1", "takes no path and no query"),
        ("https://x.example/api/v1", "takes no path and no query"),
        ("https://x.example/#a", "takes no path"),
        ("https://me:pw@x.example", "no user and password"),
        ("https://x.example/a b", "takes no path"),
        ("https://x.example\r\nX: y", "must be"),
        ("http://sync.example.com", "must begin with https"),
        ("http://8.8.8.8", "must begin with https"),
    ],
)
def test_addresses_that_cannot_be(url: str, said: str) -> None:
    with pytest.raises(Misused, match=said):
        Client(url, KEY)


@pytest.mark.parametrize(
    "url",
    ["http://192.168.1.5:8080", "http://100.64.0.1", "http://[::1]:8080", "http://pi:80", "http://pi.local/"],
)
def test_plain_addresses_in_a_network_of_ones_own(url: str) -> None:
    assert repr(Client(url, KEY)) == f"Client('{url.rstrip('/')}')"


@pytest.mark.parametrize("key", ["", " ", "wg_a b", "wg_x\r\nX: y", "wg_ü"])
def test_keys_that_cannot_be(key: str) -> None:
    with pytest.raises(Misused, match="the key"):
        Client("https://x.example", key)


def test_the_environment() -> None:
    with pytest.raises(Misused, match="WRISTGATE_KEY must be set"):
        Client.from_environment({"WRISTGATE_URL": "https://x.example"})
    found = Client.from_environment({"WRISTGATE_URL": "https://x.example", "WRISTGATE_KEY": f"{KEY}\n"})
    assert repr(found) == "Client('https://x.example')"
    with pytest.raises(Misused):
        Client("https://x.example")


def test_every_error_is_of_the_tree() -> None:
    assert issubclass(Misused, ValueError)
    for kind in (Refused, Reset, Unreachable, TimedOut, NotTrusted, NotUnderstood, Misused):
        assert issubclass(kind, ClientError)
