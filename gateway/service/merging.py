"""Changes that say which version they are based on, and what becomes of those whose base is not the newest.

Last to arrive wins the name; the other version stays beside it, named after the device that lost. That is a conflict,
open until somebody settles it. Where there is nothing to lose, there is none: the same bytes, a change of what was
deleted, a move of what was changed.
"""

from dataclasses import dataclass
from typing import Final

from gateway.auth.tokens import new_id
from gateway.errors import BadRequest, Conflicting
from gateway.model import Actor, Conflict, Content, Facts, FileEntry, Stored
from gateway.service.changes import copy_beside, move, move_beside, remove, write
from gateway.service.clashes import refuse_clash
from gateway.service.paths import fold
from gateway.store import Transaction


@dataclass(frozen=True, slots=True)
class Base:
    """What a change is based on: a ``version`` (0: nothing was there; None: whatever is there is meant).

    ``reject``: raise ``Conflicting`` rather than win against something newer. ``file``: the id of the file that it is
    a version of; None: the caller does not say.
    """

    version: int | None = None
    reject: bool = False
    file: str | None = None

    def is_stale(self, there: FileEntry | None) -> bool:
        """Say whether something else is there than the change is based on."""
        if self.version is None:
            return False
        other = there is not None and self.file not in {None, there.id}
        return other or self.version != (there.version if there else 0)


WHATEVER: Final = Base()


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of a change. ``file`` is None after a deletion; ``same``: nothing had to be done.

    ``stale``: its base was not the newest; ``conflict`` is set where two versions had to part.
    """

    file: FileEntry | None
    same: bool = False
    stale: bool = False
    conflict: Conflict | None = None


def put(
    transaction: Transaction,
    actor: Actor,
    path: str,
    facts: Facts,
    now: int,
    base: Base = WHATEVER,
    *,
    mtime: int | None = None,
    content: Content | None = None,
) -> Merged:
    """Keep a content under a path that the caller has chosen, as the file's next version where there is one.

    Raises ``BadRequest`` for a path that cannot be, ``Conflicting``, ``OverQuota``.
    """
    there = transaction.files.at(actor.project, fold(path))
    if there is None:
        refuse_clash(transaction, actor.project, path)
    elif there.path != path:
        raise BadRequest(f"path: differs only in case from {there.path}")
    elif there.sha256 == facts.sha256:
        return Merged(there, same=True)
    stale = base.is_stale(there)
    if stale and there and _was_done(transaction, actor, there, facts, base):
        return Merged(there, same=True)
    if stale and base.reject:
        raise Conflicting(_newer(there))
    transaction.holdings.admit(actor.project, facts.sha256, facts.size)
    copy = copy_beside(transaction, actor, there, now) if stale and there else None
    entry = write(transaction, actor, path, there, facts, now, mtime=mtime, content=content)
    conflict = _note(transaction, actor, entry, entry.version, there, copy, now)
    return Merged(entry, stale=stale, conflict=conflict)


def _was_done(transaction: Transaction, actor: Actor, there: FileEntry, facts: Facts, base: Base) -> bool:
    """Say whether the very change was done before something newer came: its answer was lost, and it is sent again."""
    if base.version is None or base.file not in {None, there.id}:
        return False
    following = transaction.versions.find(there.id, base.version + 1)
    return following is not None and (following.facts.sha256, following.device) == (facts.sha256, actor.sender)


def stored(merged: Merged, warning: str | None) -> Stored:
    """Describe what became of bytes."""
    assert merged.file is not None
    return Stored(merged.file, merged.same, warning, merged.conflict)


def delete(transaction: Transaction, actor: Actor, entry: FileEntry, now: int, base: Base = WHATEVER) -> Merged:
    """Put a file into the trash; a version that the caller has not seen stays beside. Raises ``Conflicting``."""
    stale = base.is_stale(entry)
    if stale and base.reject:
        raise Conflicting(_newer(entry))
    copy = copy_beside(transaction, actor, entry, now) if stale else None
    remove(transaction, actor, entry, now)
    conflict = _note(transaction, actor, entry, 0, entry, copy, now)
    return Merged(None, stale=stale, conflict=conflict)


def relocate(
    transaction: Transaction, actor: Actor, entry: FileEntry, path: str, now: int, base: Base = WHATEVER
) -> Merged:
    """Move a file, as it is by now; another one that has the name makes way, or (``reject``) keeps it.

    Raises ``BadRequest`` for a path that cannot be, ``Conflicting``.
    """
    if entry.path == path:
        return Merged(entry, same=True)
    occupant = _occupant(transaction, entry, path)
    if occupant and base.reject:
        raise Conflicting(f"there is a file at {path} already")
    aside = move_beside(transaction, actor, occupant, now) if occupant else None
    moved = move(transaction, actor, entry, path, now)
    conflict = _note(transaction, actor, moved, moved.version, occupant, aside, now)
    return Merged(moved, stale=base.is_stale(entry), conflict=conflict)


def _occupant(transaction: Transaction, entry: FileEntry, path: str) -> FileEntry | None:
    """Give the other file that has a path; raises ``BadRequest`` where ``entry`` cannot go there."""
    there = transaction.files.at(entry.project, fold(path))
    if there is not None and there.id == entry.id and path.rpartition("/")[0] == entry.path.rpartition("/")[0]:
        return None  # only the case of its name changes
    if there is not None:
        if there.path != path:
            raise BadRequest(f"path: differs only in case from {there.path}")
        return there
    if fold(path).startswith(f"{fold(entry.path)}/"):
        raise BadRequest("path: a file cannot be moved into itself")
    refuse_clash(transaction, entry.project, path)
    return None


def _newer(there: FileEntry | None) -> str:
    return f"version {there.version} is there now" if there else "the file was deleted"


def _note(
    transaction: Transaction,
    actor: Actor,
    winner: FileEntry,
    version: int,
    lost: FileEntry | None,
    copy: FileEntry | None,
    now: int,
) -> Conflict | None:
    """Note a conflict, where there was one, for its owner and in the journal."""
    if lost is None or copy is None:
        return None
    conflict = Conflict(
        new_id(), actor.project, winner.id, version, actor.sender, copy.id, lost.version, lost.device, now,
        winner.path, copy.path,
    )  # fmt: skip
    transaction.conflicts.add(conflict)
    told = {"file": winner.id, "version": version, "copy": copy.id, "lost": lost.version, "path": copy.path}
    transaction.journal.append(actor, "conflict", ("conflict", conflict.id), told, now)
    return conflict
