"""A client of sync, as small as one can be: a tree of its own, edits while it is away, and a line that loses things."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from hashlib import sha256
from typing import Any

from gateway.errors import GatewayError, Gone
from gateway.model import Access, Change, FileEntry
from gateway.service.push import Result, Wish
from tests.sync.invariants import Known
from tests.sync.world import World

_nonces = itertools.count(1)


class Fate(Enum):
    """What becomes of a request. A late one comes when the test says so, perhaps after it was sent again."""

    ARRIVES = 1
    TWICE = 2
    UNANSWERED = 3
    LATE = 4


class LostError(Exception):
    """There was no answer."""


@dataclass(frozen=True, slots=True)
class Mine:
    """A file as it lies on the client's disk, with the id that the server has for it, if it has one."""

    data: bytes
    file: str | None


class Replica:
    """One client. ``mine`` is its tree, ``base`` what that was made from, ``seen`` the server's as far as pulled."""

    def __init__(self, world: World, access: Access) -> None:
        self.world = world
        self.access = access
        self.mine: dict[str, Mine] = {}
        self.base: dict[str, Known] = {}
        self.seen: dict[str, Known] = {}
        self.cursor: str | None = None
        self.late: list[Callable[[], Any]] = []
        self._flight: list[tuple[Wish, str | None]] = []
        self._contents: dict[bytes, bytes] = {}
        self._fates: Iterator[Fate] = iter(())

    # edits

    def put(self, path: str, data: bytes) -> None:
        """Write a file."""
        there = self.mine.get(path)
        self.mine[path] = Mine(data, there.file if there else None)
        self._contents[sha256(data).digest()] = data

    def delete(self, path: str) -> None:
        """Delete a file, if it is there."""
        self.mine.pop(path, None)

    def rotate(self, *paths: str) -> None:
        """Give each file the next one's name at once; of two, swap them. A file that is not there leaves a gap."""
        files = [self.mine.pop(path, None) for path in paths]
        for path, file in zip(paths[1:] + paths[:1], files, strict=True):
            if file is not None:
                self.mine[path] = file

    def move(self, path: str, to: str) -> None:
        """Move a file over whatever is there."""
        if path in self.mine:
            self.mine[to] = self.mine.pop(path)

    # the way to the server

    def sync(self, fates: Iterable[Fate] = (), *, parts: int = 1, page: int = 100) -> bool:
        """Send all edits, pull to the head and take what is there; False: the line has failed."""
        self._fates = iter(fates)
        try:
            self._flush(parts)
            self._flight = [*self._changes()]
            self._flush(parts)
        except LostError:
            return False
        self.pull(page)
        assert self.seen == self.world.tree(self.access)
        self._adopt()
        return True

    def _changes(self) -> Iterator[tuple[Wish, str | None]]:
        at = {mine.file: path for path, mine in self.mine.items() if mine.file}
        for file, known in self.base.items():
            if file not in at:
                yield Wish(_nonce(), "delete", known.path, known.version), file
        for file, known in self.base.items():
            if file in at and at[file] != known.path:
                yield Wish(_nonce(), "move", known.path, known.version, to=at[file]), file
        for path, mine in self.mine.items():
            there, digest = self.base.get(mine.file or ""), sha256(mine.data).digest()
            if there is None or there.digest != digest:
                base = there.version if there else 0
                yield Wish(_nonce(), "put", path, base, sha256=digest, size=len(mine.data)), mine.file

    def _flush(self, parts: int) -> None:
        """Send what is on its way until all of it is answered, in so many requests, the last changes first."""
        for _ in range(10):
            if not self._flight:
                return
            results = self._pushed([wish for wish, _ in self._flight], parts)
            needed = [wish for wish, result in zip(self._sent, results, strict=True) if result.result == "need"]
            if not needed:
                self._settle(results)
                return
            for wish in needed:
                self._upload(wish)
        raise AssertionError("the server needs again and again what it has been given")

    @property
    def _sent(self) -> list[Wish]:
        return [wish for wish, _ in self._flight]

    def _pushed(self, wishes: list[Wish], parts: int) -> list[Result]:
        size = max(1, -(-len(wishes) // parts))
        results: list[Result] = []
        for at in reversed(range(0, len(wishes), size)):
            part = wishes[at : at + size]
            results[:0] = self._call(partial(self.world.push, self.access, part))
        return results

    def _upload(self, wish: Wish) -> None:
        assert wish.sha256 is not None
        data = self._contents[wish.sha256]
        try:
            self._call(lambda: self.world.upload(self.access, wish.path, data, wish.base))
        except GatewayError:  # it cannot be there, so it stays here and is forgotten with all that was refused
            self._flight = [(each, file) for each, file in self._flight if each is not wish]

    def _call(self, request: Callable[[], Any]) -> Any:
        fate = next(self._fates, Fate.ARRIVES)
        if fate is Fate.LATE:
            self.late.append(request)
            raise LostError
        answer = request()
        if fate is Fate.UNANSWERED:
            raise LostError
        return request() if fate is Fate.TWICE else answer

    def _settle(self, results: list[Result]) -> None:
        """Note what has become of all changes."""
        for (wish, file), result in zip(self._flight, results, strict=True):
            if result.result == "refused":
                continue
            if file is not None:
                self.base.pop(file, None)
            if wish.op == "delete":
                continue
            assert result.id is not None
            assert result.path is not None
            digest = wish.sha256 or self._digest(result.id, result.version or 0)
            self.base[result.id] = Known(result.path, result.version or 0, digest)
            mine = self.mine.get(result.path)
            if mine is not None and mine.file in {None, file}:
                self.mine[result.path] = replace(mine, file=result.id)
        self._flight = []

    def _digest(self, file: str, version: int) -> bytes:
        with self.world.services.store.read() as transaction:
            found = transaction.versions.find(file, version)
        assert found is not None
        return found.facts.sha256

    # what comes from there

    def pull(self, page: int = 100, pages: int = -1) -> None:
        """Read so many pages, or all there are; a reader whose history is void begins anew."""
        more = True
        while more and pages:
            pages -= 1
            try:
                pulled = self.world.services.sync.pull(self.access, self.cursor, page)
            except Gone:
                self._forget()
                continue
            self.cursor, more = pulled.cursor.encode(), pulled.more
            for item in pulled.changes:
                self._apply(item)

    def _apply(self, item: Change | FileEntry) -> None:
        if isinstance(item, FileEntry):
            self.seen[item.id] = Known(item.path, item.version, item.sha256)
        elif item.op == "delete":
            self.seen.pop(item.file, None)
        else:
            assert item.op in {"put", "move"}
            told = item.told
            self.seen[item.file] = Known(told["path"], told["version"], bytes.fromhex(told["sha256"]))

    def _forget(self) -> None:
        self.cursor, self._flight = None, []
        self.seen, self.base, self.mine = {}, {}, {}

    def _adopt(self) -> None:
        """Make the tree what the server's is; edits that were refused are given up."""
        self.base = dict(self.seen)
        self.mine = {known.path: Mine(self._fetched(file, known), file) for file, known in self.seen.items()}

    def _fetched(self, file: str, known: Known) -> bytes:
        if known.digest not in self._contents:
            opened = self.world.services.files.open(self.access, file, None, known.version)
            assert opened.data is not None
            self._contents[known.digest] = opened.data
        return self._contents[known.digest]


def _nonce() -> str:
    return f"n{next(_nonces)}"
