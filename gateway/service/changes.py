"""Every change of a tree, each one function over a transaction: version, index, workouts and journal together.

Whoever calls has looked whether the change is allowed; these do it.
"""

import re
from dataclasses import replace
from typing import Any

import orjson

from gateway.auth.tokens import new_id
from gateway.model import Actor, Checked, Content, Facts, FileEntry, Kind, Version
from gateway.service.access import sender_name
from gateway.service.clashes import free_path
from gateway.service.paths import PATH_BYTES, conflict_name, device_name, fold
from gateway.service.workouts import join, leave, recording_of, renamed
from gateway.store import Transaction


def facts_of(checked: Checked) -> Facts:
    """Describe a content as its versions keep it."""
    content, summary = checked.content, checked.summary
    if checked.encrypted is not None:
        kind, values = (checked.said.kind.value, checked.said.values) if checked.said else (None, None)
        return Facts(
            content.sha256, content.size, content.crc32, kind=kind, summary=values, encrypted=checked.encrypted
        )
    if summary is None:
        return Facts(content.sha256, content.size, content.crc32, damaged=checked.damaged)
    said = _without_none(orjson.loads(orjson.dumps(summary)))  # a tenth of what dataclasses.asdict takes
    return Facts(
        content.sha256, content.size, content.crc32, summary.type.value, summary.kind.value, checked.damaged, said
    )


def write(
    transaction: Transaction,
    actor: Actor,
    path: str,
    previous: FileEntry | None,
    facts: Facts,
    now: int,
    *,
    mtime: int | None = None,
    stem: str | None = None,
    content: Content | None = None,
    sender: str | None = None,
) -> FileEntry:
    """Write the next version of ``previous``, or a new file at ``path``; raises ``OverQuota`` before it writes.

    ``content`` has the bytes, unless they are there. ``stem`` is the path that the sender meant, ``sender`` whoever has
    sent the bytes ("": no device), where that is not the actor.
    """
    transaction.holdings.admit(actor.project, facts.sha256, facts.size)
    if content is not None:
        transaction.contents.add(content)
    entry = FileEntry(
        previous.id if previous else new_id(), actor.project, path, previous.version + 1 if previous else 1,
        facts.sha256, facts.size, facts.type, actor.sender if sender is None else sender or None, now, mtime,
        facts.damaged, facts.encrypted,
    )  # fmt: skip
    version = Version(entry.id, entry.version, facts, entry.device, now, mtime)
    transaction.files.put(entry, fold(path), fold(stem or path), version)
    meant = {} if stem in {None, path} else {"stem": stem}
    _tell(transaction, actor, entry, facts, now, meant, news=previous is None)
    return entry


def _tell(
    transaction: Transaction, actor: Actor, entry: FileEntry, facts: Facts, now: int, meant: dict[str, Any],
    *, news: bool,
) -> None:  # fmt: skip
    """Join what the file's head says with what tells of the same workout, and write the journal."""
    told = described(entry) | meant
    if facts.kind == Kind.ACTIVITY:
        told["activity"] = join(transaction, actor, entry.id, recording_of(facts, entry.device), now)
    elif not news:
        leave(transaction, actor, entry.id, now)
    transaction.journal.append(actor, "put", ("file", entry.id), told, now)


def remove(transaction: Transaction, actor: Actor, entry: FileEntry, now: int) -> None:
    """Put a file into the trash; whoever has not settled a conflict about it has settled it with that."""
    transaction.files.remove(entry.id, now)
    leave(transaction, actor, entry.id, now)
    for conflict in transaction.conflicts.of_copy(entry.id):
        transaction.conflicts.settle(conflict.id, "current", now)
    told = {"path": entry.path, "version": entry.version}
    transaction.journal.append(actor, "delete", ("file", entry.id), told, now)


def move(transaction: Transaction, actor: Actor, entry: FileEntry, path: str, now: int) -> FileEntry:
    """Give a file another path, which is free; its id and versions stay."""
    transaction.files.move(entry.id, path, fold(path))
    renamed(transaction, entry.id)
    moved = replace(entry, path=path)
    transaction.journal.append(actor, "move", ("file", entry.id), {"from": entry.path, **described(moved)}, now)
    return moved


def revive(transaction: Transaction, actor: Actor, entry: FileEntry, path: str, now: int) -> FileEntry:
    """Take a file out of the trash to ``path``, which is free; for everybody else it is a file that comes."""
    transaction.files.revive(entry.id, path, fold(path))
    back = replace(entry, path=path)
    version = transaction.versions.find(entry.id, entry.version)
    assert version is not None
    transaction.files.note_stem(back, fold(path), version)
    _tell(transaction, actor, back, version.facts, now, {}, news=True)
    return back


def copy_beside(transaction: Transaction, actor: Actor, entry: FileEntry, now: int) -> FileEntry:
    """Keep a file's newest version beside it, under a name that says who lost it."""
    version = transaction.versions.find(entry.id, entry.version)
    assert version is not None
    path = path_beside(transaction, entry, now)
    return write(
        transaction, by_itself(actor), path, None, version.facts, now, mtime=version.mtime, sender=entry.device or ""
    )


def move_beside(transaction: Transaction, actor: Actor, entry: FileEntry, now: int) -> FileEntry:
    """Move a file whose name somebody else has won."""
    return move(transaction, by_itself(actor), entry, path_beside(transaction, entry, now), now)


def by_itself(actor: Actor) -> Actor:
    """Give the author of what follows from a change: no device must take it for its own doing and pass over it."""
    return replace(actor, device=None, key=None)


def path_beside(transaction: Transaction, entry: FileEntry, now: int) -> str:
    """Find a free path beside a file, named after who sent its newest version."""
    sender = (sender_name(transaction, entry.device) if entry.device else None) or "wristgate"
    name = conflict_name(entry.name, now, re.sub(r"[^\w.-]+", "-", device_name(sender)))
    folder = entry.folder.rstrip("/")
    if len(f"{folder}/{name} (99)".encode()) > PATH_BYTES:
        folder = "/backups"
    return free_path(transaction, entry.project, folder, name)


def described(entry: FileEntry) -> dict[str, Any]:
    """Give what the journal says of a file."""
    told: dict[str, Any] = {
        "path": entry.path, "version": entry.version, "sha256": entry.sha256.hex(), "size": entry.size,
    }  # fmt: skip
    known = {"type": entry.type, "mtime": entry.mtime, "damaged": entry.damaged, "encrypted": entry.encrypted}
    return told | {key: value for key, value in known.items() if value is not None}


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {key: _plain(value) for key, value in values.items() if value is not None and value != []}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return _without_none(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
