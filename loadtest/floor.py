"""What this machine could do at best: a server that answers without thinking, and a disk that only writes and syncs."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_BODY = b'{"ok":true}'
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(_BODY) + _BODY


class _Bare(asyncio.Protocol):
    """Reads a request to its end and answers the same every time."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._missing = 0
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self._missing:
            self._missing -= len(data)
        else:
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            at = self._head.find(b"Content-Length:", 0, end)
            length = int(self._head[at + 15 : self._head.find(b"\r\n", at)]) if at >= 0 else 0
            self._missing = end + 4 + length - len(self._head)
            self._head.clear()
        if not self._missing:
            self._transport.write(_ANSWER)


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Bare, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def bare_server() -> Iterator[tuple[str, int]]:
    """The thoughtless server in a process of its own, on the core of whoever starts it."""
    with subprocess.Popen([sys.executable, __file__], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout
            yield "127.0.0.1", int(process.stdout.readline())
        finally:
            process.kill()


def synced_writes(content: bytes, count: int = 100) -> float:
    """Writes of ``content`` a second, each synced, one after another, where temporary files lie."""
    with tempfile.TemporaryFile() as file:
        began = time.perf_counter()
        for _ in range(count):
            os.write(file.fileno(), content)
            os.fdatasync(file.fileno())
        return count / (time.perf_counter() - began)


if __name__ == "__main__":
    import uvloop

    uvloop.run(_serve())
