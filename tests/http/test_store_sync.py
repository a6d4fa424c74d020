"""Status, pull and push over the store API of a real gateway: what changed, waiting for it, and batches of changes."""

import base64
import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from hashlib import sha256
from typing import Any

import pytest

from gateway.simwatch.localgateway import LocalGateway
from tests.client import Answer, Api
from tests.conftest import NO_LIMITS
from tests.http.store import (
    PREFIX,
    ask,
    client,
    created,
    device,
    download,
    form,
    head,
    paths,
    pulled,
    put,
    send,
    unique,
    wire,
)
from tests.local import Local

SIGNUP = {"SYNC_ALLOW_SIGNUP": "true"}


@pytest.fixture(scope="module")
def gateway() -> Iterator[LocalGateway]:
    """Strangers may sign up."""
    with Local(NO_LIMITS | SIGNUP) as running:
        yield running


@pytest.fixture
def api(gateway: LocalGateway, request: pytest.FixtureRequest) -> Api:
    """A device of a user of the test's own."""
    return device(gateway, f"user{abs(hash(request.node.nodeid))}@example.com")


def push(api: Api, *changes: dict[str, Any]) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = api.post("sync/push", {"changes": changes}).good["results"]
    assert [row["n"] for row in results] == [str(change.get("n", "")) for change in changes]
    return results


def words(results: list[dict[str, Any]]) -> list[str]:
    return [row["result"] for row in results]


def naming(n: str, path: str, data: bytes, base: int = 0, **more: object) -> dict[str, Any]:
    """A put of content that the gateway may have."""
    return {
        "n": n,
        "op": "put",
        "path": path,
        "base": base,
        "sha256": sha256(data).hexdigest(),
        "size": len(data),
        **more,
    }


def moving(n: str, path: str, to: str, base: int = 1) -> dict[str, Any]:
    return {"n": n, "op": "move", "path": path, "to": to, "base": base}


def recoded(cursor: str, change: Callable[[str], str]) -> str:
    """A cursor that somebody has made of another one."""
    plain = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    return base64.urlsafe_b64encode(change(plain).encode()).rstrip(b"=").decode()


def at(plain: str, further: int) -> str:
    """What a cursor would say so many entries further on."""
    epoch, seq, mark = plain.split(".")
    return f"{epoch}.{int(seq) + further}.{mark}"


def test_status(gateway: LocalGateway, api: Api) -> None:
    data = unique(500)
    put(api, "/documents/a.bin", data)
    put(api, "/documents/b.bin", data)
    state = api.get("sync/status").good
    assert (state["files"], state["bytes"], state["quota"]) == (2, 500, {"used": 500})
    assert (state["conflicts"], state["pending"]) == (0, 0)
    [row] = state["devices"]
    assert (row["name"], row["type"], row["pending"], row.get("lag")) == ("laptop", "linux", 0, None)
    cursor = pulled(api)[1]
    assert cursor == state["cursor"]
    pulled(api, cursor)
    put(api, "/documents/c.bin", unique())
    created(send(api, unique(), {"If-Match": '"7"'}, path="/documents/c.bin"))
    state = api.get("sync/status").good
    assert (state["conflicts"], state["files"]) == (1, 4)
    assert state["devices"][0]["lag"] > 0
    Api(gateway.url, prefix=PREFIX).get("sync/status").failed("unauthorized", 401)


def test_from_scratch_in_pages(api: Api) -> None:
    names = sorted(f"/documents/{number}.bin" for number in range(7))
    for name in names:
        put(api, name, unique())
    first = ask(api, "sync/pull", limit=2).good
    assert [row["file"]["path"] for row in first["changes"]] == names[:2]
    assert first["has_more"] is True
    put(api, "/documents/0.bin", unique())  # while the tree is read: it comes again behind the tree
    changes, cursor = pulled(api, first["cursor"], limit=2)
    assert [row["file"]["path"] for row in changes] == [*names[2:], "/documents/0.bin"]
    assert {row["op"] for row in changes} == {"put"}
    assert changes[-1]["file"]["version"] == 2
    assert ask(api, "sync/pull", cursor=cursor).good["changes"] == []
    assert ask(api, "sync/pull", limit=1000, cursor="").good["has_more"] is False


def test_what_has_happened_since(api: Api) -> None:
    cursor = pulled(api)[1]
    file = put(api, "/documents/a.bin", unique(), mtime=1_600_000_000)
    put(api, "/documents/a.bin", unique())
    api.post(f"files/{file['id']}/move", {"path": "/documents/b.bin"}).good  # noqa: B018
    api.call("DELETE", f"{PREFIX}/files/{file['id']}").good  # noqa: B018
    api.post(f"trash/{file['id']}/restore", {}).good  # noqa: B018
    changes, end = pulled(api, cursor, limit=1)
    assert [(row["op"], row["file"]["path"]) for row in changes] == [
        ("put", "/documents/a.bin"), ("put", "/documents/a.bin"), ("move", "/documents/b.bin"),
        ("delete", "/documents/b.bin"), ("put", "/documents/b.bin"),
    ]  # fmt: skip
    assert [row["seq"] for row in changes] == sorted({row["seq"] for row in changes})
    assert changes[0]["device"] == file.pop("device")
    assert changes[0]["file"] == file
    assert changes[2]["from"] == "/documents/a.bin"
    assert {row["file"]["id"] for row in changes} == {file["id"]}
    assert pulled(api, end)[0] == []


def test_cursors_of_others(gateway: LocalGateway, api: Api) -> None:
    put(api, "/documents/a.bin", unique())
    put(api, "/documents/b.bin", unique())
    own, middle = pulled(api)[1], ask(api, "sync/pull", limit=1).good["cursor"]
    stranger = device(gateway, "stranger@example.com")
    put(stranger, "/documents/theirs.bin", unique())
    void = [
        pulled(stranger)[1],  # of another project
        recoded(own, lambda text: at(text, -1)),  # forged: the mark is of another entry
        recoded(own, lambda text: at(text, 1)),  # from the future
        recoded(own, lambda text: at(text, 99999999999999)),
        recoded(own, lambda text: text[:-1] + ("0" if text[-1] != "0" else "1")),
        recoded(own, lambda text: ("b" if text[0] == "a" else "a") + text[1:]),
        recoded(own, lambda text: text[: text.rindex(".") + 1]),  # no mark
    ]
    for cursor in void:
        assert ask(api, "sync/pull", cursor=cursor).failed("gone", 410)["reset"] is True
    broken = [own[:-3], own[:5], "x", "\u00e4", "!!!", "a" * 12001, recoded(own, lambda text: text + ".x"),
              recoded(own, lambda text: at(text, -99999)), "AAAA"]  # fmt: skip
    for cursor in broken:
        assert ask(api, "sync/pull", cursor=cursor).failed("bad_request", 400)["m"].startswith("cursor: ")
    assert [row["file"]["path"] for row in pulled(api, middle)[0]] == ["/documents/b.bin"]
    for query in ({"limit": 0}, {"limit": 1001}, {"limit": "x"}, {"wait": 61}, {"wait": -1}, {"wait": "x"}):
        ask(api, "sync/pull", **query).failed("bad_request", 400)


class Waiting:
    """A pull that waits, on a connection of its own."""

    def __init__(self, api: Api, cursor: str, wait: int = 60) -> None:
        self._line = wire(api)
        self._line.send(head(api, f"GET {PREFIX}/sync/pull?cursor={cursor}&wait={wait}"))

    def answer(self) -> Answer:
        """Wait for what it is told; half a minute at most, so that the end of its own time cannot be it."""
        with self._line as line:
            got = line.answer()
        return Answer(got.status, got.fields, got.body)


def waits(api: Api, cursor: str) -> Waiting:
    """A pull that waits by now: another one behind it has been answered."""
    waiting = Waiting(api, cursor)
    assert ask(api, "sync/pull", cursor=cursor, wait=0).good["changes"] == []
    return waiting


def told(waiting: Waiting) -> list[str]:
    return [row["file"]["path"] for row in waiting.answer().good["changes"]]


def test_waiting_ends_with_what_happens(gateway: LocalGateway, api: Api) -> None:
    cursor = pulled(api)[1]
    several = [waits(api, cursor) for _ in range(3)]
    put(device(gateway, "somebody@example.com"), "/documents/other.bin", unique())  # wakes nobody here
    put(api, "/documents/woken.bin", unique())
    assert [told(waiting) for waiting in several] == [["/documents/woken.bin"]] * 3
    assert told(Waiting(api, cursor)) == ["/documents/woken.bin"]  # there is something already
    cursor = pulled(api)[1]
    assert Waiting(api, cursor, 1).answer().good["cursor"] == cursor


def test_a_command_in_another_process_wakes(gateway: LocalGateway) -> None:
    api = client(gateway)
    put(api, "/documents/by command.bin", unique())
    waiting = waits(api, pulled(api)[1])
    gateway.command("rm", "/documents/by command.bin")
    [change] = waiting.answer().good["changes"]
    assert (change["op"], change["file"]["path"]) == ("delete", "/documents/by command.bin")


def test_waiting_ends_when_the_key_is_revoked(gateway: LocalGateway) -> None:
    """Who was shut out meanwhile is told nothing of what happens then."""
    owner, guest = client(gateway), client(gateway, "read")
    key = guest.get("auth/me").good["key"]["id"]
    waiting = waits(guest, pulled(guest)[1])
    gateway.command("apikey", "revoke", key)
    put(owner, "/documents/after.bin", unique())
    waiting.answer().failed("unauthorized", 401)


def test_waiting_ends_when_the_gateway_stops() -> None:
    with Local(NO_LIMITS) as gateway:
        api = client(gateway)
        cursor = pulled(api)[1]
        waiting = waits(api, cursor)
        os.kill(gateway.pid, signal.SIGTERM)
        assert waiting.answer().good["cursor"] == cursor


def test_push(api: Api) -> None:
    data, other = unique(), unique()
    assert words(push(api, naming("1", "/documents/p.bin", data))) == ["need"]
    file = put(api, "/documents/p.bin", data)
    [row] = push(api, naming("1", "/documents/p.bin", data))  # what was needed is not remembered
    assert (row["result"], row["file"]) == ("same", {"id": file["id"], "path": "/documents/p.bin", "version": 1})
    [row] = push(api, naming("2", "/documents/copy.bin", data, mtime=1_600_000_000))
    assert (row["result"], row["file"]["path"]) == ("ok", "/documents/copy.bin")
    assert download(api, path="/documents/copy.bin").body == data
    assert push(api, naming("2", "/documents/copy.bin", data, mtime=1_600_000_000)) == [row]
    assert words(push(api, naming("2", "/documents/copy.bin", data))) == ["refused"]  # the nonce stands for another
    put(api, "/documents/p.bin", other)
    [row] = push(api, naming("3", "/documents/p.bin", data, 1))
    assert (row["result"], row["conflict"]["settled"]) == ("conflict", "copy")
    assert download(api, path=row["conflict"]["copy_path"]).body == other
    assert [found["id"] for found in api.get("conflicts").good["conflicts"]] == [row["conflict"]["id"]]
    [row] = push(api, {"n": "4", "op": "delete", "path": "/documents/copy.bin", "base": 1})
    assert row["result"] == "ok"
    assert words(push(api, {"n": "5", "op": "delete", "path": "/documents/copy.bin", "base": 1})) == ["same"]
    [row] = push(api, naming("6", "/documents/wrong size.bin", data, size=1))
    assert (row["result"], row["error"]) == ("refused", "bad_request")


def test_a_hash_alone_gives_nobody_a_file(gateway: LocalGateway, api: Api) -> None:
    data = unique()
    put(api, "/documents/secret.bin", data)
    owner = client(gateway)
    put(owner, "/documents/theirs.bin", unique())
    put(owner, "/private/hidden.bin", data[:-1])
    stranger, folder = device(gateway, "hash@example.com"), client(gateway, "read", "write", folder="/documents")
    blind = client(gateway, "write")
    assert words(push(stranger, naming("h", "/documents/mine.bin", data))) == ["need"]
    assert words(push(folder, naming("h", "/documents/mine.bin", data[:-1]))) == ["need"]
    assert words(push(blind, naming("h", "/documents/mine.bin", data[:-1]))) == ["need"]
    [row] = push(folder, naming("i", "/private/hidden.bin", data[:-1]))
    assert (row["result"], row["error"]) == ("refused", "forbidden")


def test_a_nonce_twice_in_one_batch(api: Api) -> None:
    data = unique()
    put(api, "/documents/n.bin", data)
    change = naming("twice", "/documents/m.bin", data)
    first, second = push(api, change, change)
    assert first == second
    assert first["result"] == "ok"
    rows = push(api, change | {"n": "x"}, change | {"n": "x", "path": "/documents/o.bin"})
    assert words(rows) == ["same", "refused"]
    assert paths(api) == ["/documents/m.bin", "/documents/n.bin"]


WRONG: list[Any] = [
    None, 7, "put", [], {}, {"n": "w"}, {"n": "w", "op": "drop", "path": "/a"}, {"n": "w", "op": 7, "path": "/a"},
    {"n": "", "op": "delete", "path": "/a"}, {"n": 7, "op": "delete", "path": "/a"},
    {"n": "w" * 33, "op": "delete", "path": "/a"}, {"n": "\u00fc" * 6, "op": "delete", "path": "/a"},
    {"n": "w", "op": "delete"}, {"n": "w", "op": "delete", "path": 7}, {"n": "w", "op": "delete", "path": ""},
    {"n": "w1", "op": "delete", "path": "relative"}, {"n": "w2", "op": "delete", "path": "/a/../b"},
    {"n": "w", "op": "delete", "path": "/a", "base": -1}, {"n": "w", "op": "delete", "path": "/a", "base": "1"},
    {"n": "w", "op": "delete", "path": "/a", "base": 1.5}, {"n": "w", "op": "delete", "path": "/a", "base": True},
    {"n": "w", "op": "delete", "path": "/a", "base": 1 << 40}, {"n": "w", "op": "delete", "path": "/" + "x" * 5000},
    {"n": "w", "op": "move", "path": "/a"}, {"n": "w3", "op": "move", "path": "/a", "to": "/../b"},
    {"n": "w", "op": "move", "path": "/a", "to": 7},
    naming("w", "/a", b"x", sha256="00"), naming("w", "/a", b"x", sha256="z" * 64), naming("w", "/a", b"x", sha256=7),
    naming("w", "/a", b"x", sha256="\uff10" * 64), naming("w", "/a", b"x", sha256=None),
    naming("w", "/a", b"x", size=None),
    naming("w", "/a", b"x", size=-1), naming("w", "/a", b"x", size="1"), naming("w", "/a", b"x", size=1 << 60),
    naming("w", "/a", b"x", mtime="now"), naming("w", "/a", b"x", mtime=-1), naming("w", "/a", b"x", mtime=[]),
    naming("w4", "/", b"x"), naming("w5", "/a/", b"x"),
]  # fmt: skip


def test_what_cannot_be_understood_is_refused_by_itself(api: Api) -> None:
    data = unique()
    put(api, "/documents/known.bin", data)
    batch = [naming("first", "/documents/1.bin", data), *WRONG, naming("last", "/documents/2.bin", data)]
    rows = api.post("sync/push", {"changes": batch}).good["results"]
    assert [row["result"] for row in rows[:-1]] == ["ok", *["refused"] * len(WRONG)]
    assert rows[-1]["result"] == "ok"
    for change, row in zip(WRONG, rows[1:-1], strict=True):
        assert (row["error"], 0 < len(row["m"]) < 200) == ("bad_request", True), (change, row)
    assert paths(api) == ["/documents/1.bin", "/documents/2.bin", "/documents/known.bin"]


def test_bodies_that_are_no_batch(api: Api) -> None:
    bodies: list[object] = [[], {}, {"changes": None}, {"changes": {}}, {"changes": "x"}, 7, None]
    for body in bodies:
        api.post("sync/push", body).failed("bad_request", 400)
    assert api.post("sync/push", {"changes": []}).good["results"] == []
    many = [{"n": str(number), "op": "delete", "path": "/a"} for number in range(10_000)]
    api.post("sync/push", {"changes": many}).failed("too_large", 413)
    api.post("sync/push", {"changes": many[:1001]}).failed("too_large", 413)
    assert words(push(api, *many[:1000])) == ["same"] * 1000
    with wire(api) as line:
        line.send(head(api, f"POST {PREFIX}/sync/push", "Content-Length: 524289"))
        assert line.answer().status == 413
    for raw in (b"{", b'{"changes":[{"n":"\xff"}]}', b"[" * 100_000, b'{"changes":[{"n":"\\ud800"}]}'):
        api.call("POST", f"{PREFIX}/sync/push", raw).failed("bad_request", 400)
    api.call("POST", f"{PREFIX}/sync/push", json.dumps({"changes": [{"base": 10**400}]}).encode()).json  # noqa: B018


def test_moves_that_go_round(api: Api) -> None:
    data = {name: unique() for name in "abcd"}
    for name, content in data.items():
        put(api, f"/r/{name}", content)
    swap = [moving("1", "/r/a", "/r/b"), moving("2", "/r/b", "/r/c"), moving("3", "/r/c", "/r/a")]
    rows = push(api, *swap, moving("4", "/r/d", "/r/e"))
    assert words(rows) == ["ok"] * 4
    assert paths(api, "/r") == ["/r/a", "/r/b", "/r/c", "/r/e"]
    for name, content in (("b", "a"), ("c", "b"), ("a", "c"), ("e", "d")):
        assert download(api, path=f"/r/{name}").body == data[content]
    assert push(api, *swap) == rows[:3]
    assert api.get("conflicts").good["conflicts"] == []


def test_moves_that_cannot_be(api: Api) -> None:
    put(api, "/m/file.bin", unique())
    put(api, "/m/Twin.bin", unique())
    before = pulled(api)[1]
    rows = push(
        api, moving("1", "/m/file.bin", "/m/file.bin/inside.bin"), moving("2", "/m/file.bin", "/m/twin.bin"),
        moving("3", "/m/file.bin", "/m"), moving("4", "/m/file.bin", "/M/x.bin"), moving("5", "/m/nothing", "/m/x"),
        moving("6", "/M/FILE.bin", "/m/y"),
    )  # fmt: skip
    assert words(rows) == ["refused"] * 6
    assert pulled(api, before)[0] == []
    assert words(push(api, naming("7", "/m/TWIN.bin", b"?"), moving("8", "/m/file.bin", "/m/file.bin"))) == [
        "need",
        "same",
    ]
    ring = [moving("9", "/m/file.bin", "/M/in.bin"), moving("10", "/M/in.bin", "/m/file.bin")]
    assert "ok" not in words(push(api, *ring))
    assert {row["op"] for row in pulled(api, before)[0]} <= {"move"}  # out of the way of the ring, and back
    assert sorted(paths(api)) == ["/m/Twin.bin", "/m/file.bin"]


def test_many_push_at_once(api: Api) -> None:
    """Every change of several threads is done once, in batches and forms that cross each other."""
    data = unique()
    put(api, "/t/seed.bin", data)
    barrier = threading.Barrier(4)

    def work(number: int) -> list[str]:
        barrier.wait(30)
        rows = push(api, *(naming(f"{number}-{n}", f"/t/{number}/{n}.bin", data) for n in range(60)))
        form(api, b"", path=f"/t/{number}/")
        return words(rows + push(api, *(naming(f"{number}-{n}", f"/t/{number}/{n}.bin", data) for n in range(60))))

    with ThreadPoolExecutor(4) as pool:
        done: list[Future[list[str]]] = [pool.submit(work, number) for number in range(4)]
        assert {word for one in done for word in one.result(60)} == {"ok"}
    assert len(paths(api, "/t")) == 241
