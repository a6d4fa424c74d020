"""Pulling and pushing, against a real gateway."""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from threading import Thread

import pytest

from gateway.client import Client, Delete, Move, Put, Refused, Reset
from gateway.simwatch.localgateway import LocalGateway
from tests.http.store import unique
from tests.pyclient.servers import Cutting


def applied(client: Client, cursor: str | None, limit: int | None = None) -> tuple[dict[str, str], str | None]:
    tree = {}
    for change in client.changes(cursor, limit=limit):
        if change.op == "put":
            tree[change.path] = change.sha256 or ""
        cursor = change.cursor
    return tree, cursor


def test_the_tree_then_what_happens(client: Client, folder: str) -> None:
    data = unique()
    for name in ("a", "b", "c", "d", "e"):
        client.upload(data + name.encode(), to=f"{folder}/{name}")
    tree, cursor = applied(client, None, limit=2)
    assert tree.items() >= {f"{folder}/a": hashlib.sha256(data + b"a").hexdigest()}.items()
    assert list(client.changes(cursor)) == []
    client.move(f"{folder}/a", f"{folder}/z")
    client.delete(f"{folder}/b")
    moved, deleted = client.changes(cursor)
    assert (moved.op, moved.source, moved.path) == ("move", f"{folder}/a", f"{folder}/z")
    assert (deleted.op, deleted.path, moved.device) == ("delete", f"{folder}/b", client.me().id)
    assert moved.cursor == cursor, "half of a page comes again"
    assert list(client.changes(deleted.cursor)) == []


def test_whoever_keeps_each_cursor_misses_nothing(client: Client, folder: str) -> None:
    cursor: str | None = client.status().cursor
    names = [f"{folder}/{number}" for number in range(5)]
    for name in names:
        client.upload(unique(), to=name)
    seen: list[str] = []
    while len(seen) < 20 and names[-1] not in seen:
        for number, change in enumerate(client.changes(cursor, limit=2)):
            seen.append(change.path)
            cursor = change.cursor
            if number == 2:
                break  # whatever was kept is enough to go on
    assert list(dict.fromkeys(seen)) == names


def test_a_long_poll_ends_when_something_happens(gateway: LocalGateway, client: Client, key: str, folder: str) -> None:
    cursor = client.status().cursor
    with Cutting(gateway.url) as proxy, Client(proxy.url, key) as waiting:
        uploads: list[Thread] = []

        def upload(data: bytes) -> None:
            assert b"wait=30" in data
            uploads.append(Thread(target=client.upload, args=(unique(),), kwargs={"to": f"{folder}/new"}))
            uploads[-1].start()

        proxy.passing = upload
        [change] = waiting.changes(cursor, wait=30)
        for thread in uploads:
            thread.join()
    assert change.path == f"{folder}/new"


def test_a_void_cursor_says_so(client: Client) -> None:
    plain = urlsafe_b64decode(client.status().cursor + "==").decode()
    other = "a" * 12 + plain[12:]
    with pytest.raises(Reset) as reset:
        list(client.changes(urlsafe_b64encode(other.encode()).decode().rstrip("=")))
    assert (reset.value.status, reset.value.reset) == (410, True)
    with pytest.raises(Refused, match="cursor"):
        list(client.changes("nonsense"))


def test_a_push_tells_what_became_of_each(client: Client, folder: str) -> None:
    data = unique()
    client.upload(data, to=f"{folder}/a")
    digest = hashlib.sha256(data).hexdigest()
    changes = [
        Put(f"{folder}/copy", digest, len(data)),
        Put(f"{folder}/unknown", "0" * 64, 5),
        Move(f"{folder}/a", f"{folder}/b", 1),
        Delete(f"{folder}/nothing", 1),
        Put("relative", digest, len(data)),
    ]
    results = client.push(changes)
    assert [result.result for result in results] == ["ok", "need", "ok", "same", "refused"]
    assert results[0].path == f"{folder}/copy"
    assert results[4].refused is not None
    assert results[4].refused.word == "bad_request"
    assert [result.result for result in client.push(changes[:1])] == ["ok"], "a nonce answers as the first time"
