"""Commands beside a gateway under write load: they get their turn, and the gateway knows of their effect at once."""

import itertools
import json
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.simwatch import sample
from gateway.store import Store, Transaction
from tests.e2e import content
from tests.e2e.client import Device, pair
from tests.e2e.conftest import Make
from tests.e2e.database import assert_sound
from tests.e2e.program import GUARD, ROOT, WRISTGATE, Program, wait_until
from tests.keys import KEYRING

SENDERS = 3


@contextmanager
def load(program: Program) -> Iterator[list[str]]:
    """Uploads without a pause from several connections of one device; yields how many were stored so far."""
    stopped = threading.Event()
    serials = itertools.count(1)
    stored: list[str] = []

    def send(device: Device) -> None:
        with device:
            while not stopped.is_set():
                serial = next(serials)
                stored.append(device.upload(f"{serial}.fit", content.large(serial)).value["id"])

    with pair(program, "busy") as device, ThreadPoolExecutor(SENDERS) as pool:
        threads = [pool.submit(send, device.twin()) for _ in range(SENDERS)]
        try:
            wait_until(lambda: len(stored) > SENDERS, "there is load")
            yield stored
        finally:
            stopped.set()
            for thread in threads:
                thread.result(GUARD)


@pytest.fixture
def routes(tmp_path: Path) -> list[Path]:
    files = []
    for points in range(10, 13):
        files.append(tmp_path / f"loop-{points}.gpx")
        files[-1].write_bytes(sample.route(points))
    return files


def test_commands_under_load(program: Program, routes: list[Path]) -> None:
    with pair(program, "mine") as mine, load(program) as stored:
        for route in routes:
            assert program.command("add", str(route), "--to", "/routes") == f"/routes/{route.name}\n".encode()
            [added] = [file for file in mine.listed() if file["n"] == route.name]
            assert mine.download(added["id"]) == route.read_bytes()

        with pair(program, "new") as new:  # start at the gateway, confirm by command, fetch the token at once
            assert new.value("GET", "status")["pending"] == len(routes)
            program.command("device", "revoke", new.id)
            assert new.ask("GET", "status").word == "unauthorized"

        before = len(stored)
        listed = json.loads(program.command("list", "--json"))
        assert len(listed) >= before + len(routes)
        assert program.command("get", "/routes/loop-10.gpx") == routes[0].read_bytes()
        assert len(stored) > before, "the gateway went on meanwhile"
    program.stop()
    assert_sound(program.data)


def test_several_commands_at_once_under_load(program: Program, routes: list[Path]) -> None:
    with pair(program, "mine") as mine, load(program):
        with ThreadPoolExecutor(len(routes)) as pool:
            added = [pool.submit(program.command, "add", str(route), "--to", "/routes") for route in routes]
            for command in added:
                command.result(2 * GUARD)
        assert {file["n"] for file in mine.listed()} == {route.name for route in routes}
    program.stop()
    assert_sound(program.data)


def test_a_command_that_is_killed_holds_nobody_up(program: Program, watch: Device, tmp_path: Path) -> None:
    """Killed at any moment, it leaves no lock and nothing half-done."""
    big, contents = tmp_path / "big.bin", program.data / "contents"
    for turn in range(4):
        big.write_bytes(bytes([turn]) * (40 << 20))
        with subprocess.Popen(
            [*WRISTGATE, "add", str(big), "--to", "/documents"],
            env=program.environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as command:  # fmt: skip
            wait_until(lambda command=command: any(contents.rglob("*")) or command.poll() is not None, "it writes")
            command.kill()
        assert watch.upload(f"{turn}.fit", content.small(turn + 1)).status == 200
    big.write_bytes(b"last")
    program.command("add", str(big), "--to", "/documents/last")
    for row in json.loads(program.command("list", "--json", "/documents")):
        got = program.command("get", row["path"])
        assert len(got) == row["size"]
    assert watch.value("GET", "status")["up"] == 4


def test_a_command_gets_its_turn_at_a_writer_that_never_rests(tmp_path: Path, make: Make) -> None:
    """There is always another write in the queue, on a slow disk: SQLite alone would hardly let anybody else in."""
    program = make()
    program.data.mkdir()
    store = Store(program.data, KEYRING).open()
    stopped = threading.Event()

    def write(transaction: Transaction) -> None:
        time.sleep(0.03)  # a slow disk
        transaction.health.touch()

    def again(done: Future[None]) -> None:
        done.result()
        if not stopped.is_set():
            store.write(write).add_done_callback(again)

    try:
        program.command("signin-link")
        for _ in range(2):
            store.write(write).add_done_callback(again)
        (tmp_path / "a.json").write_text("{}")
        for turn in range(4):
            program.command("add", str(tmp_path / "a.json"), "--to", f"/routes/{turn}")
    finally:
        stopped.set()
        store.close()
