"""An answer 200 means durable: ``kill -9`` at any moment, of any process, loses nothing that was acknowledged."""

import hashlib
import itertools
import json
import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.e2e import content
from tests.e2e.client import BROKEN, Device, pair
from tests.e2e.conftest import Make
from tests.e2e.contract import Answer
from tests.e2e.database import assert_sound
from tests.e2e.program import GUARD, Program, free_port

SENDERS = 3
PART_SENDERS = 2
PART = 3000


@dataclass
class Load:
    """What several threads have sent and what of it was acknowledged; counts down to the moment of the fault."""

    until: int
    reached: threading.Event = field(default_factory=threading.Event)
    stopped: threading.Event = field(default_factory=threading.Event)
    acknowledged: dict[str, tuple[str, bytes, dict[str, Any]]] = field(default_factory=dict)  # by nonce
    parts: dict[str, tuple[str, bytes, int]] = field(default_factory=dict)  # by nonce: name, content, have
    unanswered: list[tuple[str, str, bytes]] = field(default_factory=list)  # nonce, name, content
    serials: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def serial(self) -> int:
        with self._lock:
            return next(self.serials)

    def count(self) -> None:
        with self._lock:
            self.until -= 1
            if self.until <= 0:
                self.reached.set()

    def sent(self) -> set[bytes]:
        """All contents that the gateway may have."""
        kept = {data for _, data, _ in (*self.acknowledged.values(), *self.parts.values())}
        return kept | {data for _, _, data in self.unanswered}


def send_files(load: Load, device: Device, name: Callable[[int], str]) -> None:
    """Send distinct files until the connection breaks."""
    with device:
        while not load.stopped.is_set():
            serial = load.serial()
            data = content.large(serial) if serial % 4 == 0 else content.small(serial)
            nonce = f"n{serial}"
            load.unanswered.append((nonce, name(serial), data))
            try:
                answer = device.upload(name(serial), data, nonce)
            except BROKEN:
                return
            assert answer.status == 200, answer.value
            assert answer.value["dup"] is False
            load.unanswered.remove((nonce, name(serial), data))
            load.acknowledged[nonce] = (name(serial), data, answer.value)
            load.count()


def send_parts(load: Load, device: Device) -> None:
    """Send files in parts until the connection breaks."""
    with device:
        while not load.stopped.is_set():
            serial = load.serial()
            name, data, nonce = f"parts-{serial}.fit", content.middle(serial), f"u{serial}"
            load.parts[nonce] = (name, data, 0)
            for start in range(0, len(data), PART):
                try:
                    answer = device.part(nonce, name, data, start, start + PART)
                except BROKEN:
                    return
                assert answer.status == 200, answer.value
                if "id" in answer.value:
                    del load.parts[nonce]
                    load.acknowledged[nonce] = (name, data, answer.value)
                else:
                    load.parts[nonce] = (name, data, answer.value["have"])
                load.count()


def run_until_killed(program: Program, watch: Device, victim: str, moment: int, first: int) -> Load:
    """Put ``victim`` to death after so many acknowledgements, with more requests in flight."""
    load = Load(until=moment, serials=itertools.count(first))
    with ThreadPoolExecutor(SENDERS + PART_SENDERS) as pool:
        threads = [pool.submit(send_files, load, watch.twin(), "{}.fit".format) for _ in range(SENDERS - 1)]
        threads += [pool.submit(send_files, load, watch.twin(), lambda _: "run.fit")]  # versions of one file
        threads += [pool.submit(send_parts, load, watch.twin()) for _ in range(PART_SENDERS)]
        assert load.reached.wait(GUARD), program.words()
        program.kill(victim)
        load.stopped.set()
        for thread in threads:
            thread.result(GUARD)
    return load


def repeat(device: Device, nonce: str, name: str, data: bytes) -> Answer:
    """The request that was answered, once more; of an upload in parts the last part."""
    if nonce.startswith("n"):
        return device.upload(name, data, nonce)
    return device.part(nonce, name, data, (len(data) - 1) // PART * PART, len(data))


def assert_nothing_lost(watch: Device, load: Load) -> None:
    newest = {
        answer["id"]: answer["v"] for _, _, answer in sorted(load.acknowledged.values(), key=lambda one: one[2]["v"])
    }
    for nonce, (name, data, answer) in load.acknowledged.items():
        assert repeat(watch, nonce, name, data).value == answer
        if newest[answer["id"]] == answer["v"] and name != "run.fit":
            assert watch.download(answer["id"]) == data


def assert_parts_go_on(watch: Device, load: Load) -> None:
    for nonce, (name, data, acknowledged) in load.parts.items():
        there = repeat(watch, nonce, name, data)
        if "id" in there.value:
            assert watch.download(there.value["id"]) == data  # the last part was stored, its answer lost
            continue
        have = watch.have(nonce)
        assert acknowledged <= have < len(data)
        assert have % PART == 0
        last: dict[str, Any] = {}
        for start in range(have, len(data), PART):
            last = watch.part(nonce, name, data, start, start + PART).value
        assert watch.download(last["id"]) == data


def assert_unanswered_can_be_repeated(watch: Device, load: Load) -> None:
    """What was in flight is stored once, whether it had been stored before the fault or not."""
    for nonce, name, data in load.unanswered:
        first = watch.upload(name, data, nonce)
        assert first.status == 200, first.value
        assert first.value["dup"] is False
        assert watch.upload(name, data, nonce).value == first.value


def assert_all_listed_is_whole(program: Program, watch: Device, sent: set[bytes]) -> None:
    for row in json.loads(program.command("list", "--json")):
        data = watch.download(row["id"])
        assert hashlib.sha256(data).hexdigest() == row["sha256"]
        assert data in sent
        assert row["damaged"] is None


@pytest.mark.parametrize(("victim", "seed"), [("everything", 1), ("everything", 2), ("worker", 3), ("master", 4)])
def test_nothing_acknowledged_is_lost(make: Make, victim: str, seed: int) -> None:
    chance = random.Random(seed)
    program = make(port=free_port()).start()  # the same port at each start: it must be free at once
    sent: set[bytes] = set()
    with pair(program) as watch:
        for turn in range(2):
            load = run_until_killed(program, watch, victim, chance.randint(5, 120), turn * 10_000 + 1)
            watch.close()
            if victim != "worker":
                program.start()
            sent |= load.sent()
            assert len(load.acknowledged) > 1
            assert_nothing_lost(watch, load)
            assert_parts_go_on(watch, load)
            assert_unanswered_can_be_repeated(watch, load)
            assert_all_listed_is_whole(program, watch, sent)
            watch.close()
            program.stop()
            assert_sound(program.data)
            program.start()


def test_killed_while_it_starts(make: Make) -> None:
    """Each attempt to start dies a little later; the first that is let alive serves all that was there."""
    program = make(port=free_port()).start()
    with pair(program) as watch:
        answer = watch.upload("a.fit", content.small(1)).value
        watch.close()
        program.kill()
        for step in range(5):
            program.launch()
            for _ in range(step):
                try:
                    watch.ask("GET", "status")
                except BROKEN:
                    continue
                break
            program.kill()
            watch.close()
        program.start()
        assert watch.download(answer["id"]) == content.small(1)
        watch.close()
        program.stop()
    assert_sound(program.data)
