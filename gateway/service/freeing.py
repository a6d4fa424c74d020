"""Taking things away for good, and keeping account of what that frees."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from gateway.errors import NotFound
from gateway.model import Actor
from gateway.service.workouts import leave
from gateway.store import Store, Transaction
from gateway.wording import counted
from gateway.wording import size as sized

Held = tuple[bytes, int]
"""One reference to a content: SHA-256 and bytes."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something that goes.

    ``kind`` is version, trash, refused, sign-in or orphan; ``path`` that of the file, the name of what was refused, the
    device that had signed in, or the place in the folder of contents. ``version`` is the number, of a deleted file the
    head's; ``size`` is in bytes, of a deleted file those of all its versions. ``time`` is since when it was over: when
    it came in, was deleted, or was used last.
    """

    kind: str
    path: str
    version: int | None
    size: int
    time: int
    project: str | None = None


@dataclass(frozen=True, slots=True)
class Freed:
    """Bytes of contents that nothing refers to any more, and the places of their files.

    Whoever commits the transaction then removes these files; see ``gateway.contents``.
    """

    size: int = 0
    places: tuple[str, ...] = ()

    def __add__(self, other: "Freed") -> "Freed":
        return Freed(self.size + other.size, self.places + other.places)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What a clean-up has removed, or would: how many things of each kind, and the bytes that this frees."""

    counts: dict[str, int] = field(default_factory=dict)
    freed: int = 0

    @property
    def sentence(self) -> str:
        """Say it in one line."""
        words = [counted(self.counts[kind], word) for kind, word in _WORDS.items() if self.counts.get(kind)]
        return f"{', '.join(words)}: {sized(self.freed)}" if words else "nothing"


_WORDS = {
    "version": "earlier version", "trash": "deleted file", "refused": "refused upload", "sign-in": "old sign-in",
    "orphan": "stray file",
}  # fmt: skip


class Ledger:
    """The account of one clean-up. Only of a dry one are contents remembered until it is known what else has them."""

    def __init__(self, each: Callable[[Item], None]) -> None:
        self._each = each
        self._counts: Counter[str] = Counter()
        self._freed = 0
        self._going: Counter[Held] = Counter()

    def note(self, items: Iterable[Item], freed: int = 0) -> None:
        """Enter what is gone."""
        self._freed += freed
        for item in items:
            self._counts[item.kind] += 1
            self._each(item)

    def expect(self, items: Iterable[Item], held: Iterable[Held]) -> None:
        """Enter what would go, with the references to contents that would go with it."""
        self.note(items)
        self._going.update(held)

    def settle(self, store: Store) -> None:
        """Count the contents of which all references would go."""
        for (sha256, size), going in self._going.items():
            with store.read() as transaction:
                if transaction.retention.references(sha256) == going:
                    self._freed += size

    @property
    def cleaned(self) -> Cleaned:
        """What has been entered so far."""
        return Cleaned(dict(self._counts), self._freed)


def collect(transaction: Transaction, sha256: bytes, size: int) -> Freed:
    """Drop a content if nothing refers to it any more."""
    if transaction.retention.is_referred_to(sha256):
        return Freed()
    place = transaction.contents.collect(sha256)
    return Freed(size, (place,) if place else ())


def drop_version(transaction: Transaction, file: str, number: int, held: Held) -> Freed:
    """Forget a version; the journal still tells of it."""
    transaction.retention.remove_version(file, number)
    return collect(transaction, *held)


def purge_file(transaction: Transaction, actor: Actor, file: str, now: int) -> Freed:
    """Take a file out of the trash for good; raises ``NotFound`` when it is not there.

    Its versions, who has them, and conflicts about it go with it; the journal stays.
    """
    found = transaction.files.trashed(actor.project, file)
    if found is None:
        raise NotFound(f"there is no {file} in the trash")
    freed = Freed()
    for version in transaction.retention.versions(file):
        freed += drop_version(transaction, file, version.number, (version.sha256, version.size))
    leave(transaction, actor, file, now)
    transaction.retention.remove_file(file)
    told = {"path": found.file.path, "version": found.file.version}
    transaction.journal.append(actor, "purge", ("file", file), told, now)
    return freed
