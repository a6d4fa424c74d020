# ruff: noqa: ARG001  # every route takes the three arguments of ASGI
"""An ASGI app whose routes do one thing each, and the server around it, run as a program by the tests.

``probe.py SETTINGS`` (JSON) prints one line of JSON with address and master's pid, then one line an event of the app.
"""

import asyncio
import contextlib
import json
import logging
import os
import signal
import stat
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from gateway.server import ServerSettings, serve
from gateway.server.sidecar import Wait

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

JSON = (b"content-type", b"application/json")
FAILING = 99
"""As shutdown_timeout: the app fails to start."""
release = asyncio.Event()
"""Set by /release; /slow waits for it."""


def tell(event: str, **facts: Any) -> None:
    sys.stdout.write(json.dumps({"event": event, **facts}) + "\n")
    sys.stdout.flush()


async def answer(send: Send, body: bytes = b'{"ok":true}', status: int = 200) -> None:
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": status, "headers": [JSON, length]})
    await send({"type": "http.response.body", "body": body})


async def read(receive: Receive) -> bytes | None:
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message["body"]
        if not message["more_body"]:
            return body


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = await read(receive)
    if body is None:
        tell("disconnected", path=scope["path"])
        return
    facts = {
        "ok": True,
        "method": scope["method"],
        "path": scope["path"],
        "query": scope["query_string"].decode(),
        "client": scope["client"][0],
        "fields": [[n.decode("latin-1"), v.decode("latin-1")] for n, v in scope["headers"]],
        "body": body.decode("latin-1"),
        "pid": os.getpid(),
    }
    await answer(send, json.dumps(facts).encode())


async def slow(scope: Scope, receive: Receive, send: Send) -> None:
    tell("slow")
    await release.wait()
    await answer(send)


async def set_release(scope: Scope, receive: Receive, send: Send) -> None:
    release.set()
    await answer(send)


async def longpoll(scope: Scope, receive: Receive, send: Send) -> None:
    tell("polling")
    gone = asyncio.ensure_future(receive_until_gone(receive))
    stopping = asyncio.ensure_future(scope["state"]["stopping"].wait())
    await asyncio.wait({gone, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if gone.done():
        tell("gone")
        stopping.cancel()
    else:
        gone.cancel()
        await answer(send, b'{"ok":true,"stopping":true}')


async def receive_until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def unread(scope: Scope, receive: Receive, send: Send) -> None:
    await answer(send, b'{"ok":false,"code":413}', 413)


async def crash(scope: Scope, receive: Receive, send: Send) -> None:
    scope["state"]["request_id"] = "abcdefghijkl"
    raise RuntimeError("on purpose")


async def half(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [JSON, (b"content-length", b"100")]})
    await send({"type": "http.response.body", "body": b"{", "more_body": True})
    raise RuntimeError("on purpose")


async def silent(scope: Scope, receive: Receive, send: Send) -> None:
    pass


async def big(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [JSON, (b"content-length", b"50000000")]})
    try:
        for left in range(499, -1, -1):
            await send({"type": "http.response.body", "body": b" " * 100_000, "more_body": left > 0})
    finally:
        tell("big ended")


async def huge(scope: Scope, receive: Receive, send: Send) -> None:
    await answer(send, b" " * 50_000_000)
    tell("huge")


async def kill(scope: Scope, receive: Receive, send: Send) -> None:
    os.kill(os.getpid(), 9)


async def stubborn(scope: Scope, receive: Receive, send: Send) -> None:
    tell("stubborn")
    try:
        await asyncio.Event().wait()
    finally:
        tell("stubborn cut")


ROUTES = {
    "/echo": echo, "/slow": slow, "/release": set_release, "/longpoll": longpoll, "/unread": unread, "/crash": crash,
    "/half": half, "/silent": silent, "/big": big, "/huge": huge, "/kill": kill, "/stubborn": stubborn,
}  # fmt: skip


async def not_found(scope: Scope, receive: Receive, send: Send) -> None:
    await answer(send, b'{"ok":false,"code":404}', 404)


async def websocket(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    if scope["path"] == "/ws":
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": message["text"]})
        tell("websocket ended", code=message["code"])
    elif scope["path"] == "/crash":
        raise RuntimeError("on purpose")
    else:
        await send({"type": "websocket.close", "code": 3404})


async def lifespan(scope: Scope, receive: Receive, send: Send) -> None:
    global release  # noqa: PLW0603
    await receive()
    if json.loads(sys.argv[1]).get("shutdown_timeout") == FAILING:
        await send({"type": "lifespan.startup.failed", "message": "on purpose"})
        return
    release = asyncio.Event()
    await send({"type": "lifespan.startup.complete"})
    tell("started", pid=os.getpid())
    await receive()
    tell("shut down")
    await send({"type": "lifespan.shutdown.complete"})


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await lifespan(scope, receive, send)
    elif scope["type"] == "websocket":
        await websocket(scope, receive, send)
    else:
        await ROUTES.get(scope["path"], not_found)(scope, receive, send)


def beside(wait: Wait) -> None:
    sockets = sum(stat.S_ISSOCK(os.fstat(handle).st_mode) for handle in open_files())
    tell("beside", pid=os.getpid(), nice=os.getpriority(os.PRIO_PROCESS, 0), sockets=sockets)
    assert wait(1000)
    assert wait(1000)
    tell("beside ended")


def open_files() -> list[int]:
    """The descriptors of this process but for the first three."""
    found = []
    for handle in range(3, 100):
        with contextlib.suppress(OSError):
            os.fstat(handle)
            found.append(handle)
    return found


def fail(wait: Wait) -> None:
    tell("failing")
    raise RuntimeError("on purpose")


def hang(wait: Wait) -> None:
    tell("hanging", pid=os.getpid())
    while True:
        signal.pause()


BODIES = {"beside": beside, "fail": fail, "hang": hang, None: None}


def main() -> None:
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    told = json.loads(sys.argv[1])
    body = BODIES[told.pop("beside", None)]
    settings = ServerSettings(**told)
    sys.exit(serve(settings, lambda: app, lambda address: tell("ready", port=address[1], pid=os.getpid()), body))


if __name__ == "__main__":
    main()
