"""A server that a test can put back to an earlier state, and look into; it holds every answer against what is there."""

import atexit
import io
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from gateway.model import Access, Scope, Stored
from gateway.service import intake
from gateway.service.access import by_command
from gateway.service.devices import Caller
from gateway.service.incoming import Received, receive_all
from gateway.service.keys import Wish as KeyWish
from gateway.service.merging import Base
from gateway.service.push import Result, Results, Wish
from gateway.service.reach import reaches
from tests.e2e.database import assert_sound
from tests.service.harness import NOW, Services
from tests.sync import invariants
from tests.sync.invariants import Known

SCALE = int(os.environ.get("WRISTGATE_SCALE", "1"))
"""How many times as many examples as usual."""

FOLDER = "/photos/trip"
"""What one of the keys is limited to."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who takes part: two devices of the owner, a script whose key has a folder, the owner at the shell, a watch."""

    folder: Path
    clients: tuple[Access, ...]
    owner: Access
    watch: Caller


@cache
def cast() -> Cast:
    """Make a data folder with everybody in it, which worlds begin with as a copy."""
    folder = Path(tempfile.mkdtemp(prefix="wristgate-sync-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    services = Services(folder)
    owner = by_command(services.owner)
    keys = [
        services.write(services.keys.make(services.owner, KeyWish(name, frozenset(Scope), where)))
        for name, where in (("laptop", None), ("phone", None), ("script", FOLDER))
    ]
    clients = tuple(services.access(made.secret) for made in keys)
    watch = services.pair()
    services.store.close()
    return Cast(folder, clients, owner, watch)


@dataclass(frozen=True, slots=True)
class Memory:
    """What clients were told up to some moment: the contents that they count on, and answers by token and nonce."""

    kept: frozenset[bytes]
    answers: dict[tuple[bytes, str], tuple[Wish, Result]]


class World:
    """The server with all that it has answered."""

    def __init__(self) -> None:
        self.cast = cast()
        self.folder = Path(tempfile.mkdtemp(prefix="wristgate-sync-"))
        self.copy = self.folder / "copy"
        self.data = self.folder / "data"
        shutil.copytree(self.cast.folder, self.data)
        self.now = NOW + 60
        self.kept: set[bytes] = set()
        self.answers: dict[tuple[bytes, str], tuple[Wish, Result]] = {}
        self._memory: Memory | None = None
        self._start()

    def _start(self) -> None:
        self.services = Services(self.data)
        self.services.now = self.now
        self.services.store._connection.execute("pragma synchronous = off")  # no power fails here

    def close(self) -> None:
        """Stop, look whether the database is sound, and leave nothing behind."""
        self.services.store.close()
        try:
            assert_sound(self.data)
        finally:
            shutil.rmtree(self.folder)

    def later(self, seconds: int) -> None:
        """Let time pass."""
        self.now += seconds
        self.services.now = self.now

    def back_up(self) -> None:
        """Copy the closed database."""
        self.services.store.close()
        shutil.rmtree(self.copy, ignore_errors=True)
        shutil.copytree(self.data, self.copy)
        self._memory = Memory(frozenset(self.kept), dict(self.answers))
        self._start()

    def put_back(self, *, epoch: bool) -> None:
        """Put the copy back some time later, with the epoch that a restore renews, or behind the gateway's back."""
        if self._memory is None:
            return
        self.services.store.close()
        shutil.rmtree(self.data)
        shutil.copytree(self.copy, self.data)
        self.now += 1
        self.kept, self.answers = set(self._memory.kept), dict(self._memory.answers)
        self._start()
        if epoch:
            sql = "update projects set epoch = 'restoredanew'"
            self.services.write(lambda transaction: transaction.journal._run(sql).fetchall())

    def tree(self, access: Access) -> dict[str, Known]:
        """Everything that a client should have, by id."""
        return {
            file: known for file, known in invariants.tree(self.data, access.project).items()
            if reaches(access, known.path)
        }  # fmt: skip

    def head(self) -> int:
        """The number of the last entry of the journal."""
        return self.services.sync.head(self.cast.owner.project)

    def push(self, access: Access, wishes: Sequence[Wish]) -> list[Result]:
        """Push a batch as it comes; what was answered before must be answered alike, the rest as the tree says."""
        before = {known.path: known for known in self.tree(self.cast.owner).values()}
        head, results = self.head(), self._pushed(access, wishes)
        fresh = False
        for wish, result in zip(wishes, results, strict=True):
            first, answer = self.answers.get((access.token, wish.nonce), (wish, None))
            assert first == wish
            assert answer is None or answer == result
            if answer is None:
                fresh = True
                there = before.pop(wish.path, None) if wish.op == "delete" else before.get(wish.path)
                self._learn(access, wish, result, there)
        assert fresh or self.head() == head, "what was answered before has been done again"
        return results

    def _pushed(self, access: Access, wishes: Sequence[Wish]) -> list[Result]:
        results: Results = {}
        for write in self.services.pushes.push(access, dict(enumerate(wishes))):
            results |= self.services.write(write)
        return [results[place] for place in range(len(wishes))]

    def _learn(self, access: Access, wish: Wish, result: Result, before: Known | None) -> None:
        invariants.hold_answer(self.data, wish, result, before)
        if result.result == "need":
            return
        self.answers[access.token, wish.nonce] = wish, result
        if wish.sha256 is not None and result.result != "refused":
            self.kept.add(wish.sha256)

    def receive(self, data: bytes) -> Received:
        """Take a body in."""
        return receive_all(io.BytesIO(data), self.services.incoming())

    def upload(self, access: Access, path: str, data: bytes, base: int | None) -> Stored:
        """Upload a body to a path."""
        received = self.receive(data)
        wish = intake.Wish(path=path, base=Base(base))
        stored: Any = self.services.write(self.services.intake.take(access, received, wish))
        self.services.intake.settle(received)
        assert isinstance(stored, Stored)
        self.kept.add(sha256(data).digest())
        return stored

    def send(self, name: str, data: bytes, nonce: str) -> None:
        """Send a file from the watch, twice: the second time changes nothing."""
        first = self.services.upload(self.cast.watch, name, data, nonce)
        head = self.head()
        assert self.services.upload(self.cast.watch, name, data, nonce) == first
        assert self.head() == head
        self.kept.add(sha256(data).digest())

    def check(self) -> None:
        """Hold the database against what is promised at any moment."""
        invariants.hold(self.data, self.cast.owner.project, self.kept)
