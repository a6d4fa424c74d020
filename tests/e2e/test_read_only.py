"""A data folder that cannot be written: at the start one clear sentence, later ``busy`` until it can be again.

A file system with open files cannot be remounted read-only (EBUSY; nor by a bind mount), so at run time the fault comes
from the kernel in two other ways: every write fails (EFBIG, as on a disk that has failed), and files made immutable
(EPERM, by root only).
"""

import contextlib
import json
import os
import re
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e import content
from tests.e2e.client import Device, pair
from tests.e2e.conftest import Make
from tests.e2e.database import assert_sound
from tests.e2e.disk import Disk
from tests.e2e.program import GUARD, Program, wait_until


def health(program: Program) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{program.port}/healthz", timeout=GUARD) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code if json.loads(error.read())["reason"] else 0


def assert_one_sentence(done: subprocess.CompletedProcess[bytes]) -> None:
    assert done.returncode == 1
    assert done.stdout == b""
    lines = done.stderr.decode().splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("wristgate: ")
    assert re.search("cannot write|Read-only file system|SYNC_DATA_DIR .* cannot be used", lines[0])


@pytest.mark.parametrize("before", ["a gateway's data", "nothing"])
def test_read_only_at_the_start(tmp_path: Path, make: Make, before: str) -> None:
    with Disk(tmp_path / "disk", "12m") as disk:
        program = make(prefix=disk.prefix, data=disk.mount / "data")
        if before != "nothing":
            with pair(program.start()) as watch:
                watch.upload("a.fit", content.small(1))
            program.stop()
        disk.remount("ro")
        assert_one_sentence(program.run("serve"))
        if before != "nothing":
            assert_one_sentence(program.run("pair", "K7QM-2PXD"))
        disk.remount("rw")
        program.start()
        assert health(program) == 200


def test_a_file_where_the_folder_should_be(tmp_path: Path, make: Make) -> None:
    (tmp_path / "data").write_text("a file")
    assert_one_sentence(make(data=tmp_path / "data").run("serve"))


@contextlib.contextmanager
def immutable(folder: Path) -> Iterator[None]:
    files = [str(folder / name) for name in ("wristgate.db", "wristgate.db-wal")]  # -shm is mapped: SIGBUS
    if os.geteuid() != 0 or subprocess.run(["chattr", "+i", *files], capture_output=True, check=False).returncode:
        subprocess.run(["chattr", "-i", *files], capture_output=True, check=False)
        pytest.skip("only root can make files immutable, and only on some file systems")
    try:
        yield
    finally:
        subprocess.run(["chattr", "-i", *files], check=True)


@pytest.mark.parametrize("fault", ["failing", "immutable"])
def test_read_only_while_it_runs(program: Program, watch: Device, tmp_path: Path, fault: str) -> None:
    route = tmp_path / "loop.json"
    route.write_text('{"a":1}')
    program.command("add", str(route), "--to", "/routes")
    kept = {watch.upload(f"{n}.fit", content.small(n), f"n{n}").value["id"]: content.small(n) for n in range(1, 6)}
    half = content.middle(1000)
    assert watch.part("p", "p.fit", half, 0, 20_000).value["have"] == 20_000

    with program.unwritable() if fault == "failing" else immutable(program.data):
        for _ in range(2):
            refused = watch.upload("new.fit", content.small(7), "n7")
            assert (refused.status, refused.word) == (503, "busy")
            assert refused.value["wait"] > 0
        assert watch.part("p", "p.fit", half, 20_000, 40_000).word == "busy"
        assert watch.ask("POST", "pair", {"device": "other"}).word == "busy"
        wait_until(lambda: health(program) == 503, "the health check sees it")
        assert watch.value("GET", "status")["pending"] == 1
        assert [file["n"] for file in watch.listed()] == ["loop.json"]
        assert watch.download("loop.json") == b'{"a":1}'
        for key, data in kept.items():
            assert watch.download(key) == data

    assert health(program) == 200
    kept[watch.upload("new.fit", content.small(7), "n7").value["id"]] = content.small(7)
    kept[watch.part("p", "p.fit", half, 20_000, 40_000).value["id"]] = half
    for key, data in kept.items():
        assert watch.download(key) == data
    program.stop()
    assert_sound(program.data)


def test_many_at_once_meet_a_failing_disk(program: Program, watch: Device) -> None:
    """Batches of several writes fail as a whole: each sender hears busy, and what was answered before stays."""

    def send(first: int) -> dict[str, bytes]:
        kept = {}
        with watch.twin() as twin:
            for serial in range(first, first + 25):
                answer = twin.upload(f"{serial}.fit", content.small(serial), f"n{serial}")
                assert answer.status == 200 or answer.word == "busy"
                if answer.status == 200:
                    kept[answer.value["id"]] = content.small(serial)
        return kept

    kept: dict[str, bytes] = {}
    with ThreadPoolExecutor(8) as pool:
        for turn in range(2):
            senders = [pool.submit(send, turn * 1000 + sender * 50 + 1) for sender in range(8)]
            before = len(kept)
            wait_until(lambda before=before: watch.value("GET", "status")["up"] > before, "something is stored")
            with program.unwritable():
                assert watch.upload("x.fit", content.small(50_000 + turn)).word == "busy"
            for sender in senders:
                kept |= sender.result(GUARD)
    assert {row["id"] for row in json.loads(program.command("list", "--json"))} == set(kept)
    for key, data in kept.items():
        assert watch.download(key) == data
    watch.close()
    program.stop()
    assert_sound(program.data)
