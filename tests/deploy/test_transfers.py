"""What takes long: uploads, long-polls and WebSockets, through each proxy."""

import hashlib
import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from websockets.sync.client import ClientConnection, connect

from tests.deploy.authority import NAME
from tests.deploy.callers import STORE, TLS12, Caller, Front, head, trusting
from tests.e2e.contract import Answer
from tests.e2e.program import GUARD, Program, wait_until

SIZE = 20_000_000


def arriving(gateway: Program) -> int:
    """Bytes of all large contents, those on their way in too."""
    return sum(file.stat().st_size for file in (gateway.data / "contents").rglob("*") if file.is_file())


def test_an_upload_of_20_mb_goes_through_as_it_comes(front: Front) -> None:
    """Half of it reaches the gateway's disk before the rest is sent, so the proxy keeps none of it."""
    data = os.urandom(SIZE)
    before = arriving(front.gateway)
    with Caller(front.proxy) as caller:
        caller.send(
            head(f"POST {STORE}files/upload?path=/{front.proxy.name}.bin", front.key, f"Content-Length: {SIZE}")
        )
        caller.send(data[: SIZE // 2])
        wait_until(lambda: arriving(front.gateway) - before > SIZE // 4, "the first half arrives")
        caller.send(data[SIZE // 2 :])
        stored = caller.answer()
    assert stored.status == 201
    assert stored.value["file"]["sha256"] == hashlib.sha256(data).hexdigest()
    with Caller(front.proxy) as caller:
        caller.send(head(f"GET {STORE}files/download?path=/{front.proxy.name}.bin", front.key, "Connection: close"))
        top, _, body = caller.rest().partition(b"\r\n\r\n")
    assert f"content-length: {SIZE}" in top.decode().lower()
    assert body == data
    kept = [file for file in front.proxy.folder.rglob("*") if file.is_file() and file.stat().st_size > 1_000_000]
    assert kept == []


def test_a_body_in_chunks_is_taken(front: Front) -> None:
    with Caller(front.proxy) as caller:
        caller.send(
            head(f"POST {STORE}files/upload?path=/{front.proxy.name}.txt", front.key, "Transfer-Encoding: chunked")
        )
        caller.send(b"5\r\nhello\r\n0\r\n\r\n")
        assert caller.answer().status == 201


def test_a_long_poll_ends_with_a_change(front: Front) -> None:
    cursor = front.ask(f"GET {STORE}sync/status", front.key).value["cursor"]
    told: list[Answer] = []
    with Caller(front.proxy) as caller:
        caller.send(head(f"GET {STORE}sync/pull?cursor={cursor}&wait=60", front.key))
        reader = threading.Thread(target=lambda: told.append(caller.answer()))
        reader.start()
        put(front, "/polled.txt")
        reader.join(GUARD)
    [change] = told[0].value["changes"]
    assert change["file"]["path"] == "/polled.txt"


def put(front: Front, path: str) -> None:
    assert front.ask(f"POST {STORE}files/upload?path={path}", front.key, body=os.urandom(20)).status == 201


@contextmanager
def following(front: Front, cursor: str, **more: str) -> Iterator[ClientConnection]:
    scheme, _, value = front.key.partition(": ")
    fields = {scheme: value, **more}
    with connect(
        f"wss://{NAME}{STORE}sync/live?cursor={cursor}", ssl=trusting(front.proxy, TLS12), additional_headers=fields,
        sock=socket.create_connection(("127.0.0.1", front.proxy.port), GUARD), server_hostname=NAME,
    ) as follower:  # fmt: skip
        yield follower


def test_changes_come_live(front: Front) -> None:
    """Also to a page of ours, whose origin the gateway compares with its own address."""
    for more in ({}, {"Origin": f"https://{NAME}"}):
        cursor = front.ask(f"GET {STORE}sync/status", front.key).value["cursor"]
        with following(front, cursor, **more) as follower:
            json.loads(follower.recv(timeout=GUARD))
            put(front, f"/live-{len(more)}.txt")
            [change] = json.loads(follower.recv(timeout=GUARD))["changes"]
        assert change["file"]["path"] == f"/live-{len(more)}.txt"
