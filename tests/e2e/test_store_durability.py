"""The store API's answers mean durable, too: ``kill -9`` in the middle of uploads and pushes loses nothing."""

import hashlib
import http.client
import itertools
import json
import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import apsw
import pytest

from gateway.sealing import Keyring, unsealed
from tests.e2e.client import BROKEN
from tests.e2e.conftest import Make
from tests.e2e.program import GUARD, Program, free_port

LARGE = 300_000
BATCH = 8


def content(seed: int, size: int) -> bytes:
    """Bytes of no type that only this seed gives."""
    return random.Random(seed).randbytes(size)


@dataclass
class Load:
    """What was acknowledged: by path the bytes, of pushed moves where they went; counts down to the fault."""

    until: int
    serials: Iterator[int]
    reached: threading.Event = field(default_factory=threading.Event)
    stopped: threading.Event = field(default_factory=threading.Event)
    kept: dict[str, bytes] = field(default_factory=dict)
    batches: list[tuple[list[dict[str, Any]], list[dict[str, Any]]]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def serial(self) -> int:
        with self._lock:
            return next(self.serials)

    def count(self) -> None:
        with self._lock:
            self.until -= 1
            if self.until <= 0:
                self.reached.set()


class Client:
    """One connection with a key."""

    def __init__(self, program: Program, key: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", program.port, timeout=GUARD)
        self._fields = {"Authorization": f"Bearer {key}"}

    def ask(self, method: str, path: str, data: bytes | None = None, **fields: str) -> tuple[int, bytes]:
        named = {name.replace("_", "-"): value for name, value in fields.items()}
        self._connection.request(method, f"/api/v1/{path}", data, self._fields | named)
        with self._connection.getresponse() as response:
            return response.status, response.read()

    def close(self) -> None:
        self._connection.close()

    def download(self, path: str) -> bytes:
        status, body = self.ask("GET", f"files/download?path={quote(path)}")
        assert status == 200, (path, body)
        return body


def upload(load: Load, client: Client) -> None:
    """Send files, each third one a large one, until the connection breaks."""
    while not load.stopped.is_set():
        serial = load.serial()
        path, data = f"/documents/{serial}.bin", content(serial, LARGE if serial % 3 == 0 else 2000)
        try:
            status, body = client.ask("POST", f"files/upload?path={path}", data)
        except BROKEN:
            return
        assert status == 201, body
        load.kept[path] = data
        load.count()


def upload_versions(load: Load, client: Client) -> None:
    """Send version after version of one file, each based on the one before."""
    version, path = 0, f"/documents/versions {load.serial()}.bin"
    while not load.stopped.is_set():
        data = content(load.serial(), LARGE if version % 4 == 1 else 1000)
        try:
            status, body = client.ask("PUT", f"files/upload?path={quote(path)}", data, If_Match=f'"{version}"')
        except BROKEN:
            return
        assert status == 201, body
        version += 1
        assert json.loads(body)["file"]["version"] == version
        load.kept[f"{path}#{version}"] = data
        load.count()


def push(load: Load, client: Client) -> None:
    """Push batches that copy a file by its hash and pass the copies' names round."""
    seed = load.serial()
    data = content(seed, LARGE)
    try:
        assert client.ask("POST", f"files/upload?path=/p/{seed}.bin", data)[0] == 201
        while not load.stopped.is_set():
            batch = changes(load.serial(), data)
            status, body = client.ask("POST", "sync/push", json.dumps({"changes": batch}).encode())
            results = json.loads(body)["results"]
            assert (status, {row["result"] for row in results}) == (200, {"ok"})
            load.batches.append((batch, results))
            for n in range(BATCH):
                load.kept[f"{batch[n]['path']}"] = data
            load.count()
    except BROKEN:
        return


def changes(serial: int, data: bytes) -> list[dict[str, Any]]:
    names = [f"/p/{serial}/{n}.bin" for n in range(BATCH)]
    named = {"op": "put", "base": 0, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    puts = [named | {"n": f"{serial}p{n}", "path": name} for n, name in enumerate(names)]
    ring = zip(names, [*names[1:], names[0]], strict=True)
    return puts + [
        {"n": f"{serial}m{n}", "op": "move", "base": 1, "path": source, "to": target}
        for n, (source, target) in enumerate(ring)
    ]


def run_until_killed(program: Program, key: str, victim: str, moment: int, first: int) -> Load:
    load = Load(moment, itertools.count(first))
    work = [upload, upload, upload_versions, push]
    clients = [Client(program, key) for _ in work]
    with ThreadPoolExecutor(len(work)) as pool:
        threads = [pool.submit(one, load, client) for one, client in zip(work, clients, strict=True)]
        assert load.reached.wait(GUARD), program.words()
        program.kill(victim)
        load.stopped.set()
        for thread in threads:
            thread.result(GUARD)
    for client in clients:
        client.close()
    return load


def assert_nothing_lost(program: Program, key: str, load: Load) -> None:
    client = Client(program, key)
    for path, data in load.kept.items():
        name, _, version = path.partition("#")
        if version:
            status, body = client.ask("GET", f"files/download?path={quote(name)}&version={version}")
            assert (status, body == data) == (200, True), path
        else:
            assert client.download(name) == data
    for batch, results in load.batches:
        status, body = client.ask("POST", "sync/push", json.dumps({"changes": batch}).encode())
        assert (status, json.loads(body)["results"]) == (200, results)  # answered alike, and nothing is done twice
    client.close()


def assert_sound(program: Program) -> None:
    """Every version has its bytes, the journal no gap, and what projects are said to hold is what they hold."""
    database = apsw.Connection(str(program.data / "wristgate.db"), flags=apsw.SQLITE_OPEN_READONLY)
    assert database.execute("pragma integrity_check").get == "ok"
    assert database.execute("pragma foreign_key_check").get is None
    rows = database.execute("select c.sha256, c.size, c.body, c.location from contents c").fetchall()
    keyring = Keyring.in_folder(program.data)
    for digest, size, body, location in rows:
        sealed = body if location is None else (program.data / "contents" / location).read_bytes()
        data = unsealed(keyring, sealed)
        assert (hashlib.sha256(data).digest(), len(data)) == (digest, size)
    missing = "select count(*) from versions where sha256 not in (select sha256 from contents)"
    assert database.execute(missing).get == 0
    for project, last, files, held in database.execute("select id, seq, files, bytes from projects").fetchall():
        seqs = database.execute("select seq from journal where project = ? order by seq", (project,)).fetchall()
        assert [row[0] for row in seqs] == list(range(1, last + 1))
        counted = "select count(*) from files where project = ? and deleted is null"
        assert database.execute(counted, (project,)).get == files
        sizes = """select coalesce(sum(size), 0) from (select distinct v.sha256, v.size
                   from versions v join files f on f.id = v.file where f.project = ?)"""
        assert database.execute(sizes, (project,)).get == held
    database.close()


@pytest.mark.parametrize(("victim", "seed"), [("everything", 1), ("worker", 2)])
def test_nothing_acknowledged_is_lost(make: Make, victim: str, seed: int) -> None:
    chance = random.Random(seed)
    program = make(port=free_port()).start()
    key = program.command("apikey", "create", "load").decode().strip()
    batches = 0
    for turn in range(2):
        load = run_until_killed(program, key, victim, chance.randint(20, 60), turn * 100_000 + 1)
        if victim != "worker":
            program.start()
        else:
            program.stop()  # and what the next worker has begun
            program.start()
        assert len(load.kept) > BATCH
        batches += len(load.batches)
        assert_nothing_lost(program, key, load)
    assert batches
    program.stop()
    assert_sound(program)
