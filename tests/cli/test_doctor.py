"""``wristgate doctor``: what it finds on a machine, and behind proxies of all kinds."""

import gzip
import json
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from gateway.auth import challenge
from gateway.auth.jwt import TokenKey
from gateway.simwatch.localgateway import LocalGateway
from tests.cli import certificates
from tests.cli.test_cleanup import on_terminal
from tests.cli.test_config import run
from tests.client import Api


@dataclass
class Way:
    """What a proxy does to requests and answers."""

    port: int
    adds: dict[str, str] = field(default_factory=dict)
    compresses: bool = False
    chunks: bool = False
    redirects: str = ""
    drops: bool = False


class Proxy(ThreadingHTTPServer):
    def __init__(self, way: Way, context: ssl.SSLContext | None) -> None:
        self.way = way
        super().__init__(("127.0.0.1", 0), Passing)
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True)

    def handle_error(self, *_: object) -> None:
        """A handshake that failed is what some tests are about."""


class Passing(BaseHTTPRequestHandler):
    server: Proxy
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        way = self.server.way
        if way.redirects:
            self._answer(302, {"Location": way.redirects}, b"")
            return
        connection = HTTPConnection("127.0.0.1", way.port, timeout=20)
        fields = {} if way.drops else {challenge.HEADER: self.headers[challenge.HEADER]}
        connection.request("GET", self.path, headers=fields | way.adds)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        self._answer(answer.status, {"Content-Type": "application/json"}, body)

    def _answer(self, status: int, fields: dict[str, str], body: bytes) -> None:
        way = self.server.way
        body = gzip.compress(body) if way.compresses else body
        fields = fields | ({"Content-Encoding": "gzip"} if way.compresses else {}) | {"Connection": "close"}
        fields |= {"Transfer-Encoding": "chunked"} if way.chunks else {"Content-Length": str(len(body))}
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if way.chunks else body)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def proxy(way: Way, context: ssl.SSLContext | None = None) -> Iterator[int]:
    with Proxy(way, context) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    certificates.make(folder)
    return folder


@pytest.fixture(scope="module")
def trusting() -> Iterator[LocalGateway]:
    """A gateway that believes its proxy."""
    with LocalGateway({"SYNC_TRUSTED_PROXIES": "127.0.0.1"}) as running:
        yield running


def context(file: Path) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(file)
    return made


def doctor(gateway: LocalGateway, **settings: str) -> tuple[int, dict[str, dict[str, Any]]]:
    done = run("doctor", "--json", SYNC_DATA_DIR=gateway.environment["SYNC_DATA_DIR"], **settings)
    told = json.loads(done.stdout)
    assert done.returncode == bool(told["problems"]), done
    by_about: dict[str, dict[str, Any]] = {}
    for finding in told["findings"]:
        assert set(finding) == {"level", "about", "text", "remedy"}
        assert bool(finding["remedy"]) or finding["level"] == "ok" or finding["about"] == "Schema"
        if finding["level"] != "ok" or finding["about"] not in by_about:
            by_about[finding["about"]] = finding
    return done.returncode, by_about


def port_of(gateway: LocalGateway) -> int:
    return int(gateway.url.rpartition(":")[2])


def test_on_a_machine_where_all_is_well(gateway: LocalGateway) -> None:
    code, found = doctor(gateway)
    assert code == 0
    assert {about for about, finding in found.items() if finding["level"] == "ok"} >= {
        "Gateway", "Agent", "Data folder", "Keys", "Newest changes", "Schema", "Database", "Clock",
    }  # fmt: skip
    assert found["Address"]["level"] == "note"
    assert "SYNC_BASE_URL is not set" in on_terminal(gateway, "doctor", "--deep")


def test_permissions(tmp_path: Path) -> None:
    data = tmp_path / "data"
    run("signin-link", SYNC_DATA_DIR=str(data))
    TokenKey(data / "token.key").sign("", "", "", 0, "")
    (data / "token.key").chmod(0o644)
    data.chmod(0o755)
    done = run("doctor", SYNC_DATA_DIR=str(data))
    assert done.returncode == 1
    assert f"warning\tData folder\tothers can look into {data}\tchmod 700 {data}" in done.stdout
    assert "problem\tKeys\tothers can read" in done.stdout
    assert "problem\tGateway\tdoes not run on these data\tstart it: wristgate serve" in done.stdout


def test_damage_is_found(tmp_path: Path) -> None:
    run("signin-link", SYNC_DATA_DIR=str(tmp_path / "data"))
    path = tmp_path / "data" / "wristgate.db"
    with path.open("r+b") as file:
        file.seek(8192 * 5)
        file.write(os.urandom(8192 * 3))
    for words in ((), ("--deep",)):
        done = run("doctor", *words, SYNC_DATA_DIR=str(tmp_path / "data"))
        assert done.returncode == 1
        assert "problem\tDatabase\t" in done.stdout


def test_the_straight_way(gateway: LocalGateway) -> None:
    code, found = doctor(gateway, SYNC_BASE_URL=gateway.url)
    assert (code, found["Address"]["level"], found["Answers"]["level"]) == (0, "ok", "ok")


@pytest.mark.parametrize(
    ("change", "about", "level", "said"),
    [
        ({"compresses": True}, "Proxy", "warning", "it compresses answers"),
        ({"chunks": True}, "Proxy", "warning", "takes the length off"),
        ({"redirects": "https://example.com/"}, "Address", "problem", "it redirects to https://example.com/"),
        ({"drops": True}, "Address", "problem", "another gateway answers"),
        ({"adds": {"X-Forwarded-For": "192.0.2.1"}}, "Proxy", "warning", "127.0.0.1 says for whom it asks, and is not"),
    ],
)
def test_what_proxies_do(gateway: LocalGateway, change: dict[str, Any], about: str, level: str, said: str) -> None:
    with proxy(Way(port_of(gateway), **change)) as port:
        code, found = doctor(gateway, SYNC_BASE_URL=f"http://127.0.0.1:{port}")
    assert code == (level == "problem")
    assert (found[about]["level"], said in found[about]["text"]) == (level, True), found[about]


def test_a_good_proxy(trusting: LocalGateway, certified: Path) -> None:
    adds = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https"}
    with proxy(Way(port_of(trusting), adds), context(certified / "full.pem")) as port:
        trusted = str(certified / "root.pem")
        code, found = doctor(trusting, SYNC_BASE_URL=f"https://localhost:{port}", SSL_CERT_FILE=trusted)
    assert code == 0
    assert {about for about, finding in found.items() if finding["level"] != "ok"} == {"Backup"}  # there is none
    assert found["Certificate"]["text"] == "trusted, complete, 89 days left"
    assert {"TLS 1.2", "TLS 1.3", "Proxy", "Address", "Answers"} <= set(found)


def _leaf_only(folder: Path) -> ssl.SSLContext:
    return context(folder / "leaf.pem")


def _without_1_2(folder: Path) -> ssl.SSLContext:
    made = context(folder / "full.pem")
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    return made


def _only_1_2(folder: Path) -> ssl.SSLContext:
    made = context(folder / "full.pem")
    made.maximum_version = ssl.TLSVersion.TLSv1_2
    return made


@pytest.mark.parametrize(
    ("made", "host", "about", "level", "said"),
    [
        (_leaf_only, "localhost", "Certificate", "problem", "the chain is incomplete"),
        (_only_1_2, "127.0.0.1", "Certificate", "problem", "is not of 127.0.0.1"),
        (_without_1_2, "localhost", "TLS 1.2", "problem", "watches know no other"),
        (_only_1_2, "localhost", "TLS 1.3", "note", "is not spoken"),
        (_only_1_2, "localhost", "Proxy", "warning", "does not say for whom it asks"),
    ],
)
def test_what_certificates_and_versions_do(
    gateway: LocalGateway, certified: Path, made: Callable[[Path], ssl.SSLContext], host: str, about: str, level: str,
    said: str,
) -> None:  # fmt: skip
    with proxy(Way(port_of(gateway)), made(certified)) as port:
        trusted = str(certified / "root.pem")
        code, found = doctor(gateway, SYNC_BASE_URL=f"https://{host}:{port}", SSL_CERT_FILE=trusted)
    assert code == (level == "problem")
    assert (found[about]["level"], said in found[about]["text"]) == (level, True), found


def test_a_certificate_that_ends_soon(gateway: LocalGateway, tmp_path: Path) -> None:
    certificates.make(tmp_path, days=3)
    with proxy(Way(port_of(gateway)), context(tmp_path / "full.pem")) as port:
        trusted = str(tmp_path / "root.pem")
        _, found = doctor(gateway, SYNC_BASE_URL=f"https://localhost:{port}", SSL_CERT_FILE=trusted)
    assert (found["Certificate"]["level"], found["Certificate"]["text"]) == (
        "warning", "trusted, complete, 2 days left",
    )  # fmt: skip


def test_nobody_there(gateway: LocalGateway) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    for url, said in (
        (f"http://127.0.0.1:{port}", "no answer from"), (f"https://localhost:{port}", "no handshake with"),
        ("https://no.such.name.invalid", "is not known to the name servers"),
    ):  # fmt: skip
        code, found = doctor(gateway, SYNC_BASE_URL=url)
        assert code == 1
        assert any(said in finding["text"] for finding in found.values()), found


def test_strangers_are_told_nothing(gateway: LocalGateway, tmp_path: Path) -> None:
    other = TokenKey(tmp_path / "token.key")
    own = TokenKey(Path(gateway.environment["SYNC_DATA_DIR"]) / "token.key")
    good = challenge.challenge(own, int(time.time()))
    late = challenge.challenge(own, 1_700_000_000)
    for shown in (challenge.challenge(other, 1), late, "", "..", f"{good}x", "9" * 500, "\xb2.x.y"):
        answer = Api(gateway.url).call("GET", "/health", headers={challenge.HEADER: shown})
        assert (answer.status, answer.json) == (200, {"status": "ok"})
    told = Api(gateway.url).call("GET", "/health", headers={challenge.HEADER: good}).json
    assert told["seen"]["proof"] == challenge.proof(own, good)
