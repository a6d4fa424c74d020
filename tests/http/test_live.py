"""Changes as they happen over a WebSocket: none missed, none told twice, ended with the credential."""

import asyncio
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from gateway.errors import Gone
from gateway.http.news import News
from gateway.http.store.feed import Feed
from gateway.http.store.live import Live
from gateway.model import Access
from gateway.service import access
from gateway.simwatch.localgateway import LocalGateway
from tests.client import Api
from tests.conftest import NO_LIMITS
from tests.http.store import PREFIX, client, device, pulled, put, unique, wire
from tests.http.store import head as request
from tests.local import Local
from tests.service.harness import Services

GUARD = 30.0  # seconds after which what should come has not come


@pytest.fixture(scope="module")
def gateway() -> Iterator[LocalGateway]:
    """One that gives a sign of life each second."""
    with Local(NO_LIMITS | {"SYNC_LIVE_HEARTBEAT": "1", "SYNC_ALLOW_SIGNUP": "true"}) as running:
        yield running


@pytest.fixture
def api(gateway: LocalGateway) -> Api:
    return client(gateway, "read", "write", "account")


@contextmanager
def following(api: Api, cursor: str | None = None, **more: Any) -> Iterator[ClientConnection]:
    fields = more.pop("fields", {"Authorization": f"Bearer {api.token}"})
    query = f"?cursor={cursor}" if cursor else ""
    url = f"{api.url.replace('http', 'ws', 1)}{PREFIX}/sync/live{query}"
    with connect(url, additional_headers=fields, **more) as socket:
        yield socket


def frame(socket: ClientConnection) -> dict[str, Any]:
    value = json.loads(socket.recv(timeout=GUARD))
    assert isinstance(value, dict)
    return value


def heard(socket: ClientConnection, count: int) -> list[dict[str, Any]]:
    """The next changes; signs of life between them are passed over."""
    changes: list[dict[str, Any]] = []
    while len(changes) < count:
        changes += frame(socket)["changes"]
    return changes


def closed(socket: ClientConnection) -> int:
    """Read to the end; gives the code of the close."""
    while True:
        try:
            socket.recv(timeout=GUARD)
        except ConnectionClosed as end:
            return end.rcvd.code if end.rcvd else 0


def head(api: Api) -> str:
    return str(api.get("sync/status").good["cursor"])


def test_it_tells_what_pull_would_tell(api: Api) -> None:
    cursor = head(api)
    with following(api, cursor) as socket:
        assert frame(socket) == {"ok": True, "changes": [], "cursor": cursor, "has_more": False}
        file = put(api, "/documents/a.txt", unique())
        api.post(f"files/{file['id']}/move", {"path": "/documents/b.txt"}).good  # noqa: B018
        api.call("DELETE", f"{PREFIX}/files/{file['id']}").good  # noqa: B018
        changes = heard(socket, 3)
    assert [change["op"] for change in changes] == ["put", "move", "delete"]
    assert changes == pulled(api, cursor)[0]


def test_who_comes_back_misses_nothing_and_hears_nothing_twice(api: Api) -> None:
    cursor, seen = head(api), []
    for n in range(6):
        put(api, f"/documents/back-{n}.txt", unique())
        with following(api, cursor) as socket:
            for _ in range(n % 3):
                told = frame(socket)
                seen += told["changes"]
                cursor = told["cursor"]
    with following(api, cursor) as socket:
        seen += heard(socket, 6 - len(seen))
    assert [change["file"]["path"] for change in seen] == [f"/documents/back-{n}.txt" for n in range(6)]


def test_without_a_cursor_the_tree_comes_first(gateway: LocalGateway) -> None:
    api = device(gateway, "tree@example.com")
    for n in range(230):
        put(api, f"/documents/{n:03}.txt", b"x%d" % n)
    with following(api) as socket:
        pages = [frame(socket)]
        while pages[-1]["has_more"]:
            pages.append(frame(socket))
        assert len(pages) >= 3
        new = put(api, "/documents/new.txt", unique())
        [change] = heard(socket, 1)
    told = [each["file"]["path"] for page in pages for each in page["changes"]]
    assert told == [f"/documents/{n:03}.txt" for n in range(230)]
    assert change["file"]["id"] == new["id"]


def test_signs_of_life(api: Api) -> None:
    with following(api, head(api)) as socket:
        frames = [frame(socket) for _ in range(3)]
    assert {told["cursor"] for told in frames} == {frames[0]["cursor"]}
    assert all(told["changes"] == [] for told in frames)


@pytest.mark.parametrize("cursor", ["x", "AAAA", "YWFhYWFhYWFhYWFhLjEu"])
def test_a_cursor_that_is_none(api: Api, cursor: str) -> None:
    with following(api, cursor) as socket:
        told = frame(socket)
        assert told["ok"] is False
        assert told["m"].startswith("cursor") or told["reset"]
        assert closed(socket) == 4000 + told["code"]


def test_a_cursor_of_another_history(gateway: LocalGateway, api: Api) -> None:
    other = device(gateway, "other@example.com")
    with following(api, head(other)) as socket:
        told = frame(socket)
        assert (told["code"], told["error"], told["reset"]) == (410, "gone", True)
        assert closed(socket) == 4410


def by_command(gateway: LocalGateway, api: Api) -> None:
    key = api.get("auth/me").good["key"]["id"]
    gateway.command("apikey", "revoke", key)


def by_itself(_gateway: LocalGateway, api: Api) -> None:
    key = api.get("auth/me").good["key"]["id"]
    api.call("DELETE", f"{PREFIX}/keys/{key}").good  # noqa: B018


@pytest.mark.parametrize("revoke", [by_command, by_itself])
def test_it_ends_with_its_key(gateway: LocalGateway, api: Api, revoke: Callable[[LocalGateway, Api], None]) -> None:
    with following(api, head(api)) as socket, following(client(gateway), head(api)) as beside:
        frame(socket)
        revoke(gateway, api)
        assert closed(socket) == 4401
        assert frame(beside)["ok"] is True


@pytest.mark.parametrize("path", ["auth/logout", "devices/{id}"])
def test_it_ends_with_its_sign_in(gateway: LocalGateway, path: str) -> None:
    phone = device(gateway, f"{path[:4]}@example.com")
    key = phone.get("auth/me").good["device"]["id"]
    with following(phone) as socket:
        frame(socket)
        method = "POST" if path == "auth/logout" else "DELETE"
        phone.call(method, f"{PREFIX}/{path.format(id=key)}", b"{}" if method == "POST" else None).good  # noqa: B018
        assert closed(socket) == 4401


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 401), ({"Authorization": "Bearer wg_nobody"}, 401),
        ({"Authorization": "Bearer {key}", "Origin": "https://x.example"}, 403),
        ({"Authorization": "Bearer {key}", "Origin": "null"}, 403), ({"Authorization": "Bearer {upload}"}, 403),
    ],
)  # fmt: skip
def test_who_is_not_let_in(gateway: LocalGateway, api: Api, fields: dict[str, str], status: int) -> None:
    words = {"key": api.token, "upload": client(gateway, "upload").token}
    shown = {name: value.format(**words) for name, value in fields.items()}
    with pytest.raises(InvalidStatus) as refused, following(api, fields=shown):
        pass
    assert refused.value.response.status_code == status
    assert json.loads(refused.value.response.body or b"")["ok"] is False


def test_a_page_of_ours_shows_its_token_among_the_protocols(api: Api) -> None:
    own = {"Origin": api.url}
    with following(api, fields=own, subprotocols=["wristgate", f"bearer.{api.token}"]) as socket:
        assert socket.subprotocol == "wristgate"
        assert frame(socket)["ok"] is True
    for protocols in (["wristgate"], ["wristgate", "bearer.wg_x"], [f"bearer.{api.token}"]):
        with pytest.raises(InvalidStatus), following(api, fields=own, subprotocols=protocols):  # type: ignore[arg-type]
            pass


def test_a_key_of_a_folder_hears_of_it_alone(gateway: LocalGateway, api: Api) -> None:
    below = client(gateway, "read", folder="/photos")
    with following(below, head(api)) as socket:
        frame(socket)
        put(api, "/documents/secret.txt", unique())
        put(api, "/photos/seen.txt", unique())
        [change] = heard(socket, 1)
    assert change["file"]["path"] == "/photos/seen.txt"


def test_what_is_sent_means_nothing(api: Api) -> None:
    with following(api, head(api)) as socket:
        for message in ("hello", b"\0\1", "x" * 60_000, ""):
            socket.send(message)
        put(api, "/documents/on.txt", unique())
        assert heard(socket, 1)
        socket.send("x" * 70_000)
        assert closed(socket) == 1009


def test_a_plain_get_is_told(api: Api) -> None:
    assert "WebSocket" in api.get("sync/live").failed("bad_request", 400)["m"]


def test_a_gateway_that_stops_says_so() -> None:
    with Local(NO_LIMITS) as gateway:
        api = client(gateway)
        told: list[int] = []
        listening = threading.Event()

        def follow() -> None:
            with following(api) as socket:
                frame(socket)
                listening.set()
                told.append(closed(socket))

        reader = threading.Thread(target=follow)
        reader.start()
        assert listening.wait(GUARD)
    reader.join(GUARD)
    assert told == [1012]


def test_the_lag_of_who_follows_is_none(gateway: LocalGateway) -> None:
    phone = device(gateway, "lag@example.com")
    with following(phone) as socket:
        frame(socket)
        put(phone, "/documents/lag.txt", unique())
        heard(socket, 1)
        while phone.get("sync/status").good["devices"][0].get("lag") != 0:
            frame(socket)


def test_some_who_read_nothing_hinder_nobody(gateway: LocalGateway) -> None:
    """There is more for them than all buffers hold; whoever writes and whoever reads go on."""
    api = device(gateway, "stuck@example.com")
    data = unique()
    put(api, "/documents/first.txt", data)
    folders = "/".join(["/documents", *("x" * 200 for _ in range(17))])
    for n in range(8):
        changes = [
            {"n": f"{n}-{m}", "op": "put", "path": f"{folders}/{n}-{m}", "base": 0, "size": len(data),
             "sha256": hashlib.sha256(data).hexdigest()}
            for m in range(130)
        ]  # fmt: skip
        assert {each["result"] for each in api.post("sync/push", {"changes": changes}).good["results"]} == {"ok"}
    fields = (
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {'A' * 22}==",
    )
    with ExitStack() as stack:
        for _ in range(5):
            stack.enter_context(wire(api)).send(request(api, f"GET {PREFIX}/sync/live", *fields))
        with following(api, head(api)) as reader:
            for n in range(20):
                put(api, f"/documents/beside-{n}.txt", unique())
            assert len(heard(reader, 20)) == 20


class Stuck:
    """A WebSocket whose reader takes nothing."""

    subprotocols = ()

    def __init__(self) -> None:
        self.ended: list[tuple[int, str]] = []
        self.sent: list[str] = []
        self.gone = asyncio.Event()

    async def accept(self, _protocol: str | None) -> None:
        pass

    async def send_text(self, text: str) -> None:
        self.sent.append(text)
        if len(self.sent) > 1:
            await asyncio.Event().wait()

    async def close(self, code: int, reason: str = "") -> None:
        self.ended.append((code, reason))
        self.gone.set()

    async def receive_text(self) -> str:
        await self.gone.wait()
        raise Gone("over")


class AtOnce:
    """Work that is done where it is asked for."""

    async def read(self, service: Callable[..., Any], *args: Any) -> Any:
        return service(*args)

    def note(self, _write: object) -> None:
        pass


class Asked:
    """A request that has come so far."""

    def __init__(self, access: Access) -> None:
        self.context = self
        self.access = access
        self.scope = {"state": {"stopping": asyncio.Event()}}
        self.exchange = type("Exchange", (), {"id": "x"})

    def get_param(self, _name: str) -> None:
        return None


def test_who_follows_leaves_room_for_others() -> None:
    """Of twelve connections three are kept for them; a watch is never locked out by readers."""
    with Local(NO_LIMITS | {"SYNC_MAX_CONNECTIONS": "12"}) as small, ExitStack() as open_ones:
        api = client(small, "read")
        sockets = [open_ones.enter_context(following(api)) for _ in range(9)]
        with pytest.raises(InvalidStatus) as refused, following(api):
            pass
        assert refused.value.response.status_code == 503
        cursor = head(api)
        api.get(f"sync/pull?cursor={cursor}&wait=30").failed("busy", 503)
        assert api.get(f"sync/pull?cursor={cursor}").good["changes"] == []
        sockets[0].close()
        put(client(small, "write"), "/documents/a.txt", unique())
        assert api.get(f"sync/pull?cursor={cursor}&wait=30").good["changes"]


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    running = Services(tmp_path)
    yield running
    running.store.close()


def test_who_does_not_take_a_frame_in_time_is_dropped(services: Services) -> None:
    """With 1013; the cursor is in the frame that was taken."""
    for n in range(150):
        services.add(f"{n}.json", "/documents")

    async def follow() -> Stuck:
        work: Any = AtOnce()
        feed = Feed(services.sync, work, 100)
        live = Live(services.sync, feed, work, News(services.sync.head, services.store.state), 30, patience=0.01)
        socket = Stuck()
        request: Any = Asked(access.by_command(services.owner))
        with pytest.raises(Gone):
            await live.on_websocket(request, socket)  # type: ignore[arg-type]
        return socket

    socket = asyncio.run(follow())
    assert [code for code, _ in socket.ended] == [1013]
    first = json.loads(socket.sent[0])
    assert (len(first["changes"]), first["has_more"]) == (100, True)
