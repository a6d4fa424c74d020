"""Where the room goes."""

from collections import Counter
from dataclasses import dataclass
from heapq import nlargest
from typing import Final

from gateway.store import Store
from gateway.store.census import Kept
from gateway.store.usage import Folder

CONTENTS_AT_ONCE: Final = 2000
FILES_AT_ONCE: Final = 5000

Amount = tuple[int, int]
"""How many, and their bytes."""


@dataclass(frozen=True, slots=True)
class Room:
    """What contents take, each counted once as the first of ``store.usage.KINDS`` that it is; and what else does.

    ``inside`` and ``away`` are bytes of contents in the database and in the folder of contents; ``seals`` are those of
    the latter's seals. Folders count files by their newest versions, so that one content at two paths is there twice.
    """

    kinds: dict[str, Amount]
    inside: int
    away: int
    seals: int
    conversions: Amount
    parts: Amount
    folders: list[Folder]
    users: list[Kept]
    owners: dict[str, str]
    largest: list[tuple[int, str, str]]


def room(store: Store, largest: int) -> Room:
    """Measure, in many short reads: a gateway that writes meanwhile is counted as it was at some moment of it."""
    counts: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    places: Counter[bool] = Counter()
    seals = 0
    after: int | None = -1
    while after is not None:
        with store.read() as transaction:
            groups, after = transaction.usage.contents(after, CONTENTS_AT_ONCE)
        for group in groups:
            counts[group.kind] += group.count
            sizes[group.kind] += group.bytes
            places[group.away] += group.bytes
            seals += group.seals
    folders, top = _files(store, largest)
    with store.read() as transaction:
        users = transaction.census.users()
        owners = transaction.census.owners()
        conversions, parts = transaction.usage.conversions(), transaction.usage.parts()
    kinds = {kind: (count, sizes[kind]) for kind, count in counts.items()}
    return Room(kinds, places[False], places[True], seals, conversions, parts, folders, users, owners, top)


def _files(store: Store, largest: int) -> tuple[list[Folder], list[tuple[int, str, str]]]:
    sums: dict[tuple[str, str], Amount] = {}
    top: list[tuple[int, str, str]] = []
    after: str | None = ""
    while after is not None:
        with store.read() as transaction:
            folders, found, after = transaction.usage.files(after, FILES_AT_ONCE, largest)
        for folder in folders:
            files, size = sums.get((folder.project, folder.top), (0, 0))
            sums[folder.project, folder.top] = files + folder.files, size + folder.bytes
        top = nlargest(largest, [*top, *found])
    summed = [Folder(*key, *amount) for key, amount in sums.items()]
    return sorted(summed, key=lambda folder: folder.bytes, reverse=True), top
