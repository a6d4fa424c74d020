"""A full disk: ``busy`` to whoever wants to write, answers to whoever reads, nothing lost, and no restart needed."""

import http.client
import itertools
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e import content
from tests.e2e.client import Device
from tests.e2e.conftest import Make
from tests.e2e.contract import Answer
from tests.e2e.database import assert_sound
from tests.e2e.disk import Disk
from tests.e2e.program import GUARD, Program, wait_until


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with Disk(tmp_path / "disk", "12m") as disk:
        yield disk


@pytest.fixture
def program(disk: Disk, make: Make) -> Program:
    """A gateway on the small disk; its commands run there, too."""
    return make(prefix=disk.prefix, data=disk.mount / "data").start()


def health(program: Program) -> tuple[int, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", program.port, timeout=GUARD)
    connection.request("GET", "/healthz")
    with connection.getresponse() as response:
        told = response.status, json.loads(response.read())
    connection.close()
    return told


def upload_until_busy(watch: Device, kept: dict[str, bytes], serials: itertools.count) -> Answer:
    """What is written may still fit into space that the gateway had before."""
    for serial in itertools.islice(serials, 500):
        answer = watch.upload(f"{serial}.fit", content.large(serial), f"n{serial}")
        if answer.status != 200:
            return answer
        kept[answer.value["id"]] = content.large(serial)
    raise AssertionError("never refused")


def assert_kept(watch: Device, kept: dict[str, bytes]) -> None:
    for key, data in kept.items():
        assert watch.download(key) == data


def test_a_full_disk_and_room_again(disk: Disk, program: Program, watch: Device, tmp_path: Path) -> None:
    route = tmp_path / "loop.json"
    route.write_text('{"a":1}')
    program.command("add", str(route), "--to", "/routes")
    kept: dict[str, bytes] = {}
    serials = itertools.count(1)
    for serial in itertools.islice(serials, 5):
        kept[watch.upload(f"{serial}.fit", content.large(serial)).value["id"]] = content.large(serial)
    half = content.middle(1000)
    assert watch.part("p", "p.fit", half, 0, 20_000).value["have"] == 20_000
    assert health(program) == (200, {"status": "ok"})

    disk.fill()
    refused = upload_until_busy(watch, kept, serials)
    assert (refused.status, refused.word) == (503, "busy")
    assert refused.value["wait"] > 0
    assert "full" in refused.value["m"]
    assert watch.part("p", "p.fit", half, 20_000, 40_000).word == "busy"
    assert watch.ask("POST", "pair", {"device": "other"}).word == "busy"
    wait_until(lambda: health(program)[0] == 503, "the health check sees it")  # a good result is good for a second
    assert "full" in health(program)[1]["reason"]
    assert watch.value("GET", "status")["pending"] == 1
    assert [file["n"] for file in watch.listed()] == ["loop.json"]
    assert watch.download("loop.json") == b'{"a":1}'
    assert_kept(watch, kept)
    assert len(json.loads(program.command("list", "--json"))) == len(kept) + 1
    refusal = program.run("add", str(route), "--to", "/workouts")
    assert refusal.returncode == 1
    assert b"full" in refusal.stderr
    assert b"Traceback" not in refusal.stderr

    disk.free()
    assert health(program) == (200, {"status": "ok"})
    for serial in itertools.islice(serials, 5):
        kept[watch.upload(f"{serial}.fit", content.large(serial)).value["id"]] = content.large(serial)
    assert watch.have("p") == 20_000
    kept[watch.part("p", "p.fit", half, 20_000, 40_000).value["id"]] = half
    assert_kept(watch, kept)
    program.stop()
    assert_sound(disk.copy("data", tmp_path / "copy"))


def test_filled_by_uploads_killed_and_enlarged(disk: Disk, program: Program, watch: Device, tmp_path: Path) -> None:
    kept: dict[str, bytes] = {}
    serials = itertools.count(1)
    refused = upload_until_busy(watch, kept, serials)
    assert (refused.status, refused.word) == (503, "busy")
    assert len(kept) > 20
    for _ in range(3):
        upload_until_busy(watch, kept, serials)
    wait_until(lambda: health(program)[0] == 503, "the health check sees it")
    assert_kept(watch, kept)

    watch.close()
    program.kill()
    disk.fill()
    program.start()
    assert_kept(watch, kept)
    assert health(program)[0] == 503

    disk.free()
    disk.remount("size=32m")
    assert health(program) == (200, {"status": "ok"})
    for serial in itertools.islice(serials, 5):
        kept[watch.upload(f"{serial}.fit", content.large(serial)).value["id"]] = content.large(serial)
    assert_kept(watch, kept)
    program.stop()
    assert_sound(disk.copy("data", tmp_path / "copy"))


def test_the_whole_disk_is_taken_while_many_write(disk: Disk, program: Program, watch: Device, tmp_path: Path) -> None:
    """The disk fills up in the middle of batches of several writes: each is answered for itself."""
    kept: dict[str, bytes] = {}

    def send(first: int) -> None:
        with watch.twin() as twin:
            answer = upload_until_busy(twin, kept, itertools.count(first))
            assert answer.word == "busy"

    with ThreadPoolExecutor(8) as pool:
        for thread in [pool.submit(send, first * 1000 + 1) for first in range(8)]:
            thread.result()
    assert_kept(watch, kept)
    listed = json.loads(program.command("list", "--json"))
    assert {row["id"] for row in listed} == set(kept)
    disk.remount("size=32m")
    assert watch.upload("a.fit", content.large(9001)).status == 200
    program.stop()
    assert_sound(disk.copy("data", tmp_path / "copy"))


def test_started_on_a_full_disk(disk: Disk, program: Program, watch: Device) -> None:
    """Something else has filled the disk while the gateway was down: it says so, or does what it can."""
    answer = watch.upload("a.fit", content.small(1)).value
    watch.close()
    program.stop()

    disk.fill()  # to the last byte: SQLite itself needs 32 KB to open a database with a log
    done = program.run("serve")
    assert done.returncode == 1
    assert done.stderr == b"wristgate: the gateway's disk is full, nothing was stored\n"

    disk.free(80_000)
    program.start()
    assert watch.download(answer["id"]) == content.small(1)
    assert watch.upload("b.fit", content.large(2)).word == "busy"
    assert health(program)[0] == 503

    disk.free()
    assert watch.upload("b.fit", content.large(2)).status == 200
