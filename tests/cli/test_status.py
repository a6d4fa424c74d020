"""``wristgate status``: beside a gateway that runs, without one, beside one that is not well."""

import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import apsw
import pytest

from gateway.simwatch.localgateway import LocalGateway
from gateway.store import Store
from tests.cli.test_cleanup import on_terminal
from tests.cli.test_config import run
from tests.client import Api, pair
from tests.keys import KEYRING


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    run("signin-link", SYNC_DATA_DIR=str(folder))
    return folder


class Unwell(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(503)
        self.end_headers()
        self.wfile.write(b'{"status":"unavailable","reason":"the disk is full"}')

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def pretended(data: Path, text: str) -> Iterator[None]:
    """Hold the locks of a gateway that listens at the address in ``text``."""
    files = [os.open(data / name, os.O_RDWR | os.O_CREAT) for name in ("serve.lock", "agent.lock")]
    try:
        for file in files:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(files[0], 0)
        os.write(files[0], text.encode())
        yield
    finally:
        for file in files:
            os.close(file)


def test_all_is_well(gateway: LocalGateway, device: Api) -> None:
    pair(gateway, "Läufer\u202e 5")
    told = json.loads(gateway.command("status", "--json"))
    assert told["healthy"]
    assert (told["problems"], told["gateway"], told["backup"]) == ([], gateway.pid, None)
    assert told["agent"] not in {None, gateway.pid}
    assert told["answers_ms"] > 0
    assert (told["users"], told["files"], told["conflicts"], told["refused"]) == (1, 0, 0, 0)
    assert [row["pending"] for row in told["devices"]] == [0, 0]
    lines = dict(line.split("\t", 1) for line in gateway.command("status").decode().splitlines())
    assert lines["Status"] == "All is well"
    assert lines["Backup"] == "no backup is set up"
    shown = on_terminal(gateway, "status")
    assert "\u202e" not in shown
    assert "All is well" in shown
    device.upload("broken.gpx", b"<gpx>")
    assert "1 refused upload: wristgate refused" in gateway.command("status").decode()


def test_without_a_gateway(data: Path) -> None:
    done = run("status", SYNC_DATA_DIR=str(data))
    assert done.returncode == 3
    assert "Problem\tthe gateway does not run on these data: wristgate serve" in done.stdout
    told = json.loads(run("status", "--json", SYNC_DATA_DIR=str(data)).stdout)
    assert (told["healthy"], told["gateway"], told["users"]) == (False, None, 1)


def test_without_data(tmp_path: Path) -> None:
    done = run("status", SYNC_DATA_DIR=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert "there is no gateway's data in" in done.stderr


def test_a_gateway_that_is_not_well(data: Path) -> None:
    server = HTTPServer(("127.0.0.1", 0), Unwell)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        with pretended(data, f"http://0.0.0.0:{server.server_port}\n"):
            done = run("status", SYNC_DATA_DIR=str(data))
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert done.returncode == 3
    assert "Problem\tthe gateway is not well: the disk is full\n" in done.stdout


def test_a_gateway_that_does_not_answer(data: Path) -> None:
    with pretended(data, "http://127.0.0.1:1\n"):
        done = run("status", SYNC_DATA_DIR=str(data))
    assert done.returncode == 3
    assert "no answer from http://127.0.0.1:1: Connection refused" in done.stdout


def test_data_of_another_release_are_looked_at_and_not_changed(data: Path) -> None:
    connection = apsw.Connection(str(data / "wristgate.db"))
    connection.execute("pragma user_version = 4")
    done = run("status", SYNC_DATA_DIR=str(data))
    assert done.returncode == 3
    assert "are of an earlier release (schema 4): start the gateway" in done.stdout
    assert connection.execute("pragma user_version").get == 4
    connection.close()


def test_looking_writes_nothing(tmp_path: Path) -> None:
    Store(tmp_path, KEYRING).open().close()
    before = (tmp_path / "wristgate.db").read_bytes()
    store = Store(tmp_path, KEYRING, polite=True).look()
    with store.read() as transaction:
        assert transaction.census.counts().users == 0
    store.close()
    assert (tmp_path / "wristgate.db").read_bytes() == before
