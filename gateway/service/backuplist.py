"""The backups at a place: which there are, whose they are, and removing old ones with what only they need."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import orjson

from gateway.backups import Index, Manifest, Part, Place
from gateway.backups.manifest import BACKUPS, LONGEST, OBJECTS, parts_in
from gateway.backups.place import read_all
from gateway.errors import Busy, Conflicting, Damaged, KeyMissing, NotFound
from gateway.sealing import Keyring, unsealed
from gateway.store import Store, Transaction, Write

MARK: Final = "wristgate.json"
"""The object that says whose backups lie at a place."""

INDEX: Final = b"wristgate index 1"
"""What an index is sealed as."""

_DAY: Final = 24 * 3600
GRACE: Final = 2 * _DAY
"""Seconds for which objects stay that no backup needs."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Backups that were removed, with the objects that nothing needs any more and their bytes."""

    names: tuple[str, ...]
    objects: int
    size: int


def manifests(place: Place) -> tuple[list[Manifest], list[str]]:
    """Give all backups, the newest first, and the names of those whose manifest is damaged."""
    found, damaged = [], []
    for path in [listed.name for listed in place.list(BACKUPS)]:
        name = path.removeprefix(f"{BACKUPS}/").removesuffix(".json")
        try:
            found.append(Manifest.read(read_all(place, path, LONGEST), name))
        except Damaged:
            damaged.append(name)
    return sorted(found, key=lambda manifest: (manifest.time, manifest.name), reverse=True), sorted(damaged)


def find(place: Place, name: str | None = None) -> Manifest:
    """Find a backup, by itself the newest; raises ``NotFound``, ``Damaged``, also where the newest is."""
    if name is not None:
        try:
            return Manifest.read(read_all(place, f"{BACKUPS}/{name}.json", LONGEST), name)
        except Damaged:
            raise Damaged(f"the backup {name} is damaged: take another, wristgate backup list shows them") from None
    found, damaged = manifests(place)
    if found and damaged and damaged[-1] > found[0].name:
        raise Damaged(f"the newest backup {damaged[-1]} is damaged; the one before: --backup {found[0].name}")
    if not found:
        what = f"no backup that can be read, {len(damaged)} are damaged" if damaged else "no backup"
        raise NotFound(f"there is {what} in {place.name}")
    return found[0]


def fetch(place: Place, part: Part) -> bytes:
    """Read an object that fits into memory, held against its hash; raises ``NotFound``, ``Damaged``."""
    data = read_all(place, part.name, part.size)
    if Part.of(data) != part:
        raise damaged_object(part)
    return data


def damaged_object(part: Part, way_out: str = "take another backup") -> Damaged:
    """Say which object of a backup it is, and what to do."""
    return Damaged(f"the object {part.id} of the backup is damaged: wristgate verify shows all; {way_out}")


def index_of(place: Place, manifest: Manifest, keyring: Keyring) -> Index:
    """Give what a backup consists of; raises ``KeyMissing``, ``NotFound``, ``Damaged``."""
    return Index.read(unsealed(keyring, fetch(place, manifest.index), INDEX))


def newest_index(place: Place, keyring: Keyring) -> Index:
    """Give what the newest backup consists of, nothing where none can be read: then all is sent again."""
    for manifest in manifests(place)[0]:
        try:
            if manifest.is_sealed_by(keyring.all()):
                return index_of(place, manifest, keyring)
        except (Damaged, NotFound, KeyMissing):
            continue
    return Index((), {})


def claim(store: Store, place: Place) -> None:
    """Write whose backups lie at a place, if nobody's do; raises ``Conflicting`` where they are another gateway's.

    A place that had backups of this gateway and is empty now is a disk that is not mounted: ``Busy``. What the database
    knows of the place is what lies there from now on.
    """
    with store.read() as transaction:
        owner = transaction.users.owner()
        known = transaction.backups.names(place.name)
    assert owner is not None
    try:
        told = orjson.loads(read_all(place, MARK, LONGEST))
    except NotFound:
        if known:
            raise Busy(
                f"the backups in {place.name} are gone: is its disk mounted? "
                f"If they are lost: wristgate backup forget {place.name}",
                wait=60,
            ) from None
        place.put(MARK, orjson.dumps({"gateway": owner.id}), new=True)
        return
    except (orjson.JSONDecodeError, Damaged):
        told = {}
    if not isinstance(told, dict) or told.get("gateway") != owner.id:
        raise Conflicting(f"{place.name} has the backups of another gateway: take another folder or prefix")
    found, damaged = manifests(place)
    _reconcile(store, place, found, known - {manifest.name for manifest in found} - set(damaged))


def _reconcile(store: Store, place: Place, found: list[Manifest], gone: set[str]) -> None:
    """Have the database know the backups that lie at a place.

    One that was killed at its very end, or was made before a restore, needs its keys as well.
    """

    def write(transaction: Transaction) -> None:
        for manifest in found:
            transaction.backups.add(place.name, manifest.name, manifest.time, manifest.keys)
        for name in gone:
            transaction.backups.remove(place.name, name)

    store.write(write).result()


def forget_all(store: Store, place: str) -> int:
    """Forget the backups of a place that is no more, so that their keys are not needed for them; gives their number.

    Nothing is changed at the place; what lies there after all is known again with the next backup there.
    """

    def write(transaction: Transaction) -> int:
        names = transaction.backups.names(place)
        for name in names:
            transaction.backups.remove(place, name)
        return len(names)

    return store.write(write).result()


def forget(store: Store, place: Place, days: int, now: int, rest: Callable[[], bool] = lambda: False) -> Forgotten:
    """Remove backups of more than so many days ago, but never the newest one, and what only they need.

    Objects that no backup needs stay for ``GRACE``: another gateway, put back from one of these backups, may be about
    to name them. Raises ``Busy``, also where a manifest or list cannot be read: then nothing is removed.
    """
    found, damaged = manifests(place)
    if damaged:
        raise Busy(f"{place.name}/{BACKUPS}/{damaged[0]}.json is damaged, nothing is removed there: take it away first")
    old = [manifest for manifest in found[1:] if manifest.time < now - days * _DAY]
    used = _used(place, [manifest for manifest in found if manifest not in old])
    for manifest in old:
        place.remove(manifest.path)
        store.write(_removal(place, manifest.name)).result()
    place.settle()
    objects = size = 0
    for listed in list(place.list(OBJECTS)):
        if listed.name in used or listed.time > now - GRACE:
            continue
        place.remove(listed.name)
        objects, size = objects + 1, size + listed.size
        if rest():
            break
    place.tidy(now - GRACE)
    return Forgotten(tuple(manifest.name for manifest in old), objects, size)


def _removal(place: Place, name: str) -> Write[None]:
    return lambda transaction: transaction.backups.remove(place.name, name)


def _used(place: Place, kept: list[Manifest]) -> set[str]:
    used: set[str] = set()
    for manifest in kept:
        try:
            parts = parts_in(fetch(place, manifest.list))
        except (Damaged, NotFound):
            raise Busy(
                f"the backup {manifest.name} in {place.name} is damaged, nothing is removed there: see wristgate verify"
            ) from None
        used.update(part.name for part in (*parts, manifest.list))
    return used
