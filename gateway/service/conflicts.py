"""The inbox of conflicts: names that two devices changed at once, and what their owner makes of them."""

from dataclasses import dataclass
from typing import Final

from gateway.errors import BadRequest, NotFound
from gateway.model import Access, Actor, Conflict, FileEntry
from gateway.service.access import sender_name, still_allowed
from gateway.service.changes import move, remove, write
from gateway.service.clashes import free_path, usable
from gateway.service.clock import Clock, unix_time
from gateway.service.reach import reaches
from gateway.store import Store, Transaction, Write

KEEP: Final = ("current", "copy", "both")
"""What may be kept: what has the name, the version beside it, or both."""

_LOOK: Final = 500  # conflicts that are read at once
_LOOKS: Final = 10  # times; a key with a folder may have to pass over many


@dataclass(frozen=True, slots=True)
class Open:
    """A conflict that waits for its owner. ``file`` is None once it was deleted; names are of who sent the versions."""

    conflict: Conflict
    path: str
    file: FileEntry | None
    copy: FileEntry
    winner: str | None
    loser: str | None


@dataclass(frozen=True, slots=True)
class Conflicts:
    """Listing and settling."""

    store: Store
    clock: Clock = unix_time

    def all(self, access: Access, limit: int, before: tuple[int, str] | None = None) -> list[Open]:
        """List up to ``limit`` open conflicts that the caller can reach, newest first, behind the entry (time, id)."""
        found: list[Open] = []
        with self.store.read() as transaction:
            for _ in range(_LOOKS):
                page = transaction.conflicts.open(access.project, _LOOK, before)
                if not page or len(found) >= limit:
                    break
                told = (_told(transaction, conflict) for conflict in page)
                found += [item for item in told if reaches(access, item.copy.path) and reaches(access, item.path)]
                before = (page[-1].time, page[-1].id)
        return found[:limit]

    def settle(self, access: Access, key: str, keep: str) -> Write[Conflict]:
        """Keep one of ``KEEP``; what is not kept goes into the trash. Settling again as before changes nothing.

        Raises ``NotFound``, and ``BadRequest`` for another word or a conflict that was settled in another way.
        """
        if keep not in KEEP:
            raise BadRequest(f"keep: must be one of {', '.join(KEEP)}")

        def write(transaction: Transaction) -> Conflict:
            still_allowed(transaction, access)
            return settle(transaction, access, key, keep, self.clock())

        return write


def settle(transaction: Transaction, access: Access, key: str, keep: str, now: int) -> Conflict:
    """Settle a conflict inside a write; see ``Conflicts.settle``."""
    conflict = transaction.conflicts.find(access.project, key)
    if conflict is None or not _is_reached(transaction, access, conflict):
        raise NotFound("no such conflict")
    if conflict.settled is not None:
        if conflict.kept != keep:
            raise BadRequest(f"this conflict was settled already: {conflict.kept}")
        return conflict
    told = _told(transaction, conflict)
    transaction.conflicts.settle(key, keep, now)
    actor = access.actor
    if keep == "copy":
        _keep_copy(transaction, actor, told, now)
    elif keep == "current":
        remove(transaction, actor, told.copy, now)
    transaction.journal.append(actor, "settle", ("conflict", key), {"kept": keep}, now)
    return conflict


def _keep_copy(transaction: Transaction, actor: Actor, told: Open, now: int) -> None:
    """Give the name to the version that had lost it."""
    copy = told.copy
    if told.file is None:
        folder, _, name = told.path.rpartition("/")
        path = free_path(transaction, actor.project, usable(transaction, actor.project, folder or "/"), name)
        move(transaction, actor, copy, path, now)
        return
    version = transaction.versions.find(copy.id, copy.version)
    assert version is not None
    write(
        transaction, actor, told.file.path, told.file, version.facts, now, mtime=version.mtime,
        sender=copy.device or "",
    )  # fmt: skip
    remove(transaction, actor, copy, now)


def _is_reached(transaction: Transaction, access: Access, conflict: Conflict) -> bool:
    """Say whether both files of a conflict lie where the caller may look, or did before they were deleted."""
    for file, path in ((conflict.file, conflict.path), (conflict.copy, conflict.beside)):
        gone = transaction.files.trashed(conflict.project, file)
        entry = gone.file if gone else transaction.files.by_id(conflict.project, file)
        if not reaches(access, entry.path if entry else path):
            return False
    return True


def _told(transaction: Transaction, conflict: Conflict) -> Open:
    """Tell of an open conflict; its copy is there, or the conflict would be settled."""
    file = transaction.files.by_id(conflict.project, conflict.file)
    gone = transaction.files.trashed(conflict.project, conflict.file) if file is None else None
    copy = transaction.files.by_id(conflict.project, conflict.copy)
    assert copy is not None
    path = file.path if file else gone.file.path if gone else conflict.path
    names = [sender_name(transaction, sender) if sender else None for sender in (conflict.device, conflict.loser)]
    return Open(conflict, path, file, copy, *names)
