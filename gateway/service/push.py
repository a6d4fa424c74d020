"""Changes that a device made while it was away, in batches: each is done, or said why not, and safe to repeat.

A batch is done in slices, each one transaction, so that nobody else waits long; a change stands or falls by itself.
What a hash alone names is taken only if the caller could have read those bytes here; else they are needed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Any, Final

import orjson

from gateway.contents import FileContents
from gateway.errors import BadRequest, GatewayError, NotFound, OverQuota
from gateway.model import Access, Facts, FileEntry, Scope
from gateway.service.access import still_allowed, transferred
from gateway.service.changes import by_itself, move, move_beside
from gateway.service.clock import Clock, unix_time
from gateway.service.merging import Base, Merged, delete, put, relocate
from gateway.service.moves import ordered
from gateway.service.paths import fold
from gateway.service.reach import file_at, folder_of, target
from gateway.store import Store, Transaction, Write

MOST: Final = 1000  # changes in one request
SLICE: Final = 50  # changes in one transaction
OPS: Final = ("put", "delete", "move")


@dataclass(frozen=True, slots=True)
class Wish:
    """One change that a device asks for; ``base`` is the version that it is based on, 0: there was none.

    A put names its content by ``sha256`` and ``size``, a move its target ``to``. ``id`` is the file that the base is a
    version of: another one may have come to its path, and have as many.
    """

    nonce: str
    op: str
    path: str
    base: int
    to: str | None = None
    sha256: bytes | None = None
    size: int | None = None
    mtime: int | None = None
    id: str | None = None

    def fingerprint(self) -> bytes:
        """Give the hash of all that the nonce stands for."""
        said = asdict(self) | {"sha256": self.sha256.hex() if self.sha256 else None}
        return sha256(b"push\0" + orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).digest()


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a change: ``ok``, ``same``, ``conflict``, ``need``, or ``refused`` with ``error`` and ``message``.

    ``id``, ``path`` and ``version`` are of the file as it is now. After a conflict ``settled`` says how: the other
    version lies in a ``copy`` (with its path, and ``conflict`` for the inbox), had been ``deleted``, or both were
    ``merged``.
    """

    nonce: str
    result: str
    id: str | None = None
    path: str | None = None
    version: int | None = None
    settled: str | None = None
    copy: str | None = None
    conflict: str | None = None
    error: str | None = None
    message: str | None = None


Results = dict[int, Result]


class Pushes:
    """Taking changes."""

    def __init__(self, store: Store, contents: FileContents, clock: Clock = unix_time) -> None:
        self._store = store
        self._contents = contents
        self._clock = clock

    def push(self, access: Access, wishes: Mapping[int, Wish]) -> list[Write[Results]]:
        """Prepare the writes that do changes, given by their place in the request; each gives its part's results."""
        return [self._slice(access, part) for part in _slices(wishes)]

    def _slice(self, access: Access, part: Sequence[list[tuple[int, Wish, bool]]]) -> Write[Results]:
        def write(transaction: Transaction) -> Results:
            still_allowed(transaction, access)
            results: Results = {}
            for group in part:
                self._group(transaction, access, group, results)
            transferred(transaction, access, self._clock())
            return results

        return write

    def _group(
        self, transaction: Transaction, access: Access, group: list[tuple[int, Wish, bool]], results: Results
    ) -> None:
        """Do what belongs together; each step by itself must be possible, and can be undone by itself."""
        ring: dict[int, FileEntry | None] = {}
        for place, wish, aside in group:
            known = transaction.answers.find(access.token, wish.nonce)
            if known is not None:
                results[place] = _repeated(wish, known)
            elif aside:
                ring[place] = self._aside(transaction, access, wish)
            else:
                gone = place in ring and ring[place] is None  # what has its name by now is another one's file
                results[place] = self._once(transaction, access, wish, ring.get(place), gone=gone)

    def _aside(self, transaction: Transaction, access: Access, wish: Wish) -> FileEntry | None:
        """Move the first file of a ring out of the way; None where that is impossible."""
        try:
            with transaction.step():
                entry = file_at(transaction, access, target(access, wish.path))
                return move_beside(transaction, access.actor, entry, self._clock())
        except GatewayError:
            return None

    def _once(
        self, transaction: Transaction, access: Access, wish: Wish, entry: FileEntry | None, *, gone: bool
    ) -> Result:
        """Do a change and remember its result, unless it may come out differently another time."""
        now = self._clock()
        try:
            with transaction.step():
                result = self._do(transaction, access, wish, now, entry, gone=gone)
        except GatewayError as error:
            result = Result(wish.nonce, "refused", error=error.word, message=error.message)
            if isinstance(error, OverQuota):
                return result
            if entry is not None:
                _back(transaction, access, entry, target(access, wish.path), now)
        if result.result != "need":
            answer = {key: value for key, value in asdict(result).items() if value is not None}
            transaction.answers.add(access.token, wish.nonce, wish.fingerprint(), answer, now)
        return result

    def _do(
        self, transaction: Transaction, access: Access, wish: Wish, now: int, entry: FileEntry | None, *, gone: bool
    ) -> Result:
        path, base = target(access, wish.path), Base(wish.base, file=wish.id)
        if wish.op == "put":
            return self._put(transaction, access, wish, path, now)
        if gone:
            raise NotFound("no such file")
        if wish.op == "delete":
            return _delete(transaction, access, wish, path, now)
        to = target(access, wish.to or "")
        entry = entry or file_at(transaction, access, path)
        if wish.id not in {None, entry.id}:
            raise NotFound("another file has this path by now")
        moved = relocate(transaction, access.actor, entry, to, now, base)
        return _told(wish, moved, transaction)

    def _put(self, transaction: Transaction, access: Access, wish: Wish, path: str, now: int) -> Result:
        assert wish.sha256 is not None
        facts = self._readable(transaction, access, wish.sha256)
        if facts is None:
            return Result(wish.nonce, "need")
        if facts.size != wish.size:
            raise BadRequest("size: is not the size of that content")
        base = Base(wish.base, file=wish.id)
        return _told(wish, put(transaction, access.actor, path, facts, now, base, mtime=wish.mtime), transaction)

    def _readable(self, transaction: Transaction, access: Access, digest: bytes) -> Facts | None:
        """Find a content that the caller could read: in this project, or in the caller's own home."""
        if Scope.READ not in access.scopes:
            return None
        found = None
        if transaction.holdings.has(access.project, digest):
            found = transaction.versions.with_content(access.project, digest, folder_of(access))
        elif access.folder is None:
            user = transaction.users.by_id(access.user)
            if user and transaction.holdings.has(user.project, digest):
                found = transaction.versions.with_content(user.project, digest)
        place = transaction.contents.location(digest) if found else None
        there = place is None or self._contents.has(place)  # a database that was put back may name what is gone
        return found if there else None


def _back(transaction: Transaction, access: Access, entry: FileEntry, path: str, now: int) -> None:
    """Move a file back that was moved aside for a ring and cannot go on, if its place is free still."""
    if transaction.files.at(access.project, fold(path)) is None:
        move(transaction, by_itself(access.actor), entry, path, now)


def _delete(transaction: Transaction, access: Access, wish: Wish, path: str, now: int) -> Result:
    try:
        entry = file_at(transaction, access, path)
    except NotFound:
        return Result(wish.nonce, "same", path=path)
    base = Base(wish.base, file=wish.id)
    return _told(wish, delete(transaction, access.actor, entry, now, base), transaction)


def _told(wish: Wish, merged: Merged, transaction: Transaction) -> Result:
    file, conflict = merged.file, merged.conflict
    result = Result(wish.nonce, "same" if merged.same else "ok")
    if file is not None:
        result = replace(result, id=file.id, path=file.path, version=file.version)
    if conflict is not None:
        copy = transaction.files.by_id(conflict.project, conflict.copy)
        assert copy is not None
        return replace(result, result="conflict", settled="copy", copy=copy.path, conflict=conflict.id)
    if merged.stale:
        return replace(result, result="conflict", settled="deleted" if wish.op == "put" else "merged")
    return result


def _repeated(wish: Wish, known: tuple[bytes, dict[str, Any]]) -> Result:
    if known[0] != wish.fingerprint():
        return Result(wish.nonce, "refused", error=BadRequest.word, message="n: this nonce stands for another change")
    return Result(**known[1])


def _slices(wishes: Mapping[int, Wish]) -> list[list[list[tuple[int, Wish, bool]]]]:
    """Part a batch into slices of groups of steps, moves in an order in which none stands in another's way.

    What comes with a nonce for the second time comes last, when the first is done.
    """
    first: dict[str, int] = {}
    for place, wish in wishes.items():
        first.setdefault(wish.nonce, place)
    groups: list[list[tuple[int, Wish, bool]]] = []
    run: dict[str, tuple[int, Wish]] = {}  # by where they start
    for place in first.values():
        wish, start = wishes[place], fold(wishes[place].path)
        if run and (wish.op != "move" or start in run):
            groups += _moves(run.values())
            run = {}
        if wish.op == "move":
            run[start] = (place, wish)
        else:
            groups.append([(place, wish, False)])
    groups += _moves(run.values())
    groups += [[(place, wish, False)] for place, wish in wishes.items() if first[wish.nonce] != place]
    return [groups[at : at + SLICE] for at in range(0, len(groups), SLICE)]


def _moves(run: Collection[tuple[int, Wish]]) -> list[list[tuple[int, Wish, bool]]]:
    wishes = dict(run)
    paths = {place: (fold(wish.path), fold(wish.to or "")) for place, wish in run}
    return [[(step.key, wishes[step.key], step.aside) for step in group] for group in ordered(paths)]
