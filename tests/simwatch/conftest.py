"""A small stub of the watch API, just what the simulated watch needs to be tested without the gateway."""

import base64
import binascii
import json
import threading
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

PREFIX = "/api/v1/garmin/"


class Refusal(Exception):
    def __init__(self, code: int, word: str, **more: Any) -> None:
        super().__init__(word)
        self.code = code
        self.body = {"ok": False, "code": code, "error": word, "m": word, **more}


class StubGateway:
    """State and rules; ``answers`` scripts whole answers (status, headers, body) that come before any rule."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.files = {}  # id -> {"n", "y", "v", "content"}
        self.acknowledged = set()
        self.uploads = {}  # nonce -> {"content", "answer"}
        self.stored = []  # (name, content), one an upload that was finished
        self.confirmed = False
        self.pairings = 0
        self.requests = []  # (method, path with query, headers, body)
        self.answers = []
        self.before_part = lambda: None

    def add(self, file_id: str, name: str, content: bytes, version: int = 1) -> None:
        self.files[file_id] = {"n": name, "y": name.rpartition(".")[2], "v": version, "content": content}

    def waiting(self) -> list[str]:
        return [key for key, file in self.files.items() if (key, file["v"]) not in self.acknowledged]

    def answer(self, method: str, path: str, query: Any, body: Any, token: str | None) -> dict[str, Any]:
        route, _, item = path.partition("/")
        if route != "pair" and token != "Bearer tok":
            raise Refusal(401, "unauthorized")
        actions = {
            "pair": lambda: self.pair(method, query),
            "status": self.status,
            "files": lambda: self.page(query),
            "download": lambda: self.part(item, query),
            "ack": lambda: self.acknowledge(body),
            "config": lambda: self.config(query),
            "upload": lambda: self.upload(body),
        }
        if route not in actions:
            raise Refusal(404, "not_found")
        return actions[route]()

    def status(self) -> dict[str, Any]:
        return {"now": 1, "pending": len(self.waiting()), "up": len(self.stored), "wait": 300}

    def acknowledge(self, body: Any) -> dict[str, Any]:
        self.acknowledged |= {(file["id"], file["v"]) for file in body["files"]}
        return {"pending": len(self.waiting())}

    def config(self, query: Any) -> dict[str, Any]:
        return {"v": "v1", "same": True} if query.get("have") == "v1" else {"v": "v1", "c": {"deep": [[[[None]]]]}}

    def pair(self, method: str, query: Any) -> dict[str, Any]:
        if method == "POST":
            self.pairings += 1
            return {"id": "secret", "code": "K7QM2PXD", "url": "http://x/pair", "ttl": 20, "poll": 5}
        if query["id"] != "secret":
            raise Refusal(410, "gone")
        return {"state": "ready", "token": " tok ", "name": "mine"} if self.confirmed else {"state": "wait"}

    def page(self, query: Any) -> dict[str, Any]:
        keys = sorted(self.waiting() if "all" not in query else self.files)
        keys = [key for key in keys if key > query.get("cursor", "")]
        entries = []
        for key in keys:
            file = self.files[key]
            entry = {
                "id": key,
                "n": file["n"],
                "f": "/routes",
                "y": file["y"],
                "s": len(file["content"]),
                "v": file["v"],
            }
            if len(json.dumps({"files": [*entries, entry]})) + 60 > int(query["max"]):
                return {"files": entries, "next": entries[-1]["id"]}
            entries.append(entry)
        return {"files": entries}

    def part(self, wanted: Any, query: Any) -> dict[str, Any]:
        found = [key for key, file in self.files.items() if wanted in (key, file["n"])]
        if not found:
            raise Refusal(404, "not_found")
        self.before_part()
        file, off = self.files[found[0]], int(query.get("off", 0))
        if off and int(query["v"]) != file["v"]:
            raise Refusal(410, "gone")
        if "as" in query:
            return {"j": json.loads(file["content"])}
        content = file["content"]
        part = content[off : off + (int(query["max"]) - 160) * 3 // 4]
        end = off + len(part)
        more = {"next": end} if end < len(content) else {}
        crc = f"{zlib.crc32(content):08x}"
        data = base64.b64encode(part).decode()
        return {"id": found[0], "v": file["v"], "s": len(content), "crc": crc, "off": off, "d": data, **more}

    def upload(self, body: Any) -> dict[str, Any]:
        try:
            part = (
                base64.b64decode(body["file"], validate=True) if "file" in body else json.dumps(body["json"]).encode()
            )
        except binascii.Error:
            raise Refusal(400, "bad_request") from None
        nonce = body.get("up") or body.get("n")
        known = self.uploads.setdefault(nonce, {"content": b"", "answer": None})
        if known["answer"]:
            return known["answer"]
        off, content = body.get("off", 0), known["content"]
        if off > len(content) or content[off : off + len(part)] != part[: len(content) - off]:
            raise Refusal(409, "offset", have=len(content))
        known["content"] = content = content[:off] + part if off + len(part) > len(content) else content
        if len(content) < body.get("size", 0):
            return {"up": nonce, "have": len(content)}
        self.stored.append((body["name"], content))
        known["answer"] = {"id": f"f{len(self.stored)}", "y": "fit", "s": len(content), "v": 1, "dup": False}
        return known["answer"]


class Handler(BaseHTTPRequestHandler):
    def handle_any(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        stub = self.server.stub
        if len(body) < length:
            return  # the sender broke off
        with stub.lock:
            stub.requests.append((self.command, self.path, dict(self.headers), body))
            self.send(*(stub.answers.pop(0) if stub.answers else self.ruled(stub, body)))

    do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815 - http.server's names

    def ruled(self, stub: Any, body: Any) -> tuple[int, dict[str, str], bytes]:
        target = urlsplit(self.path)
        query = {key: value[0] for key, value in parse_qs(target.query).items()}
        document = json.loads(body) if body else {}
        if target.path == "/health":
            return 200, {"Content-Type": "application/json"}, b'{"status":"ok"}'
        path = target.path.removeprefix(PREFIX)
        try:
            answer = stub.answer(self.command, path, query, document, self.headers.get("Authorization"))
            status, answer = 200, {"ok": True, **answer}
        except Refusal as refusal:
            status, answer = (200 if query.get("e") == "200" else refusal.code), refusal.body
        return status, {"Content-Type": "application/json"}, json.dumps(answer).encode()

    def send(self, status: int, headers: Any, body: Any) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    block_on_close = True
    daemon_threads = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # a client that broke off


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadingHTTPServer]:
    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def stub(server: Any) -> StubGateway:
    server.stub = StubGateway()
    return server.stub


@pytest.fixture
def new_stub(server: Any) -> Callable[[], StubGateway]:
    """A fresh stub on demand, for the many examples of one property."""

    def make() -> StubGateway:
        server.stub = StubGateway()
        return server.stub

    return make


@pytest.fixture
def url(server: Any) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"
