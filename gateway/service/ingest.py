"""Taking bytes in: check them, find their place in the tree, write version, index and journal together."""

import hashlib
import zlib
from itertools import count
from typing import Final

from gateway import formats
from gateway.auth.tokens import new_id
from gateway.errors import BadRequest, FormatError, UnknownFormat
from gateway.model import Actor, Checked, Content, FileEntry, Kind, Stored
from gateway.service.paths import fold, numbered
from gateway.service.workouts import join, leave, recording_of
from gateway.store import Transaction

FOLDERS: Final = {Kind.ACTIVITY: "/activities", Kind.COURSE: "/routes", Kind.WORKOUT: "/workouts"}

OWN_FOLDERS: Final = frozenset({*FOLDERS.values(), "/backups", "/config", "/documents"})


def check(data: bytes, name: str) -> Checked:
    """Read a small file whole; raises ``FormatError``, ``UnknownFormat``.

    Content decides the type. One contradiction is an error: JSON that calls itself a track is some service's answer
    that was saved in a track's place.
    """
    summary = formats.read(data)
    formats.check_name(summary.type, name)
    return Checked(content_of(data), summary)


def check_any(data: bytes) -> Checked:
    """Read any bytes: what is damaged is kept and said, what is of no known type has no summary."""
    content = content_of(data)
    try:
        return Checked(content, formats.read(data))
    except UnknownFormat:
        return Checked(content, None)
    except FormatError as error:
        return Checked(content, None, damaged=error.message)


def content_of(data: bytes) -> Content:
    """Describe bytes that are to lie in the database."""
    return Content(hashlib.sha256(data).digest(), len(data), zlib.crc32(data), body=data)


def folder_for(checked: Checked, otherwise: str) -> str:
    """Give the folder for a file by what it is."""
    return FOLDERS.get(checked.summary.kind, otherwise) if checked.summary else otherwise


def receive(
    transaction: Transaction,
    actor: Actor,
    folder: str,
    name: str,
    checked: Checked,
    now: int,
    *,
    beside: bool = False,
) -> Stored:
    """Keep a file that a device sent, under its own name where that is possible.

    The same bytes as the head of a file of the project are that file. A taken name gives the next version when the
    same device sent it and, among activities, the start is the same; otherwise, and where it is to lie ``beside`` what
    is there, ``name (2).fit``.
    """
    known = transaction.files.with_content(actor.project, checked.content.sha256)
    if known is not None:
        return Stored(known, duplicate=True)
    original, n = folder, 2
    while transaction.files.at(actor.project, fold(folder)) is not None:
        folder, n = f"{original} ({n})", n + 1  # a file bears the folder's name
    if beside:
        path, previous = _free_path(transaction, actor.project, folder, name), None
    else:
        path, previous = _place(transaction, actor, folder, name, checked)
    return _write(transaction, actor, path, previous, checked, now, stem=f"{folder}/{name}")


def put(
    transaction: Transaction, actor: Actor, path: str, checked: Checked, now: int, mtime: int | None = None
) -> Stored:
    """Keep a file under a path that the caller has chosen, as its next version where it exists."""
    previous = transaction.files.at(actor.project, fold(path))
    if previous is not None:
        if previous.path != path:
            raise BadRequest(f"path: differs only in case from {previous.path}")
        if previous.sha256 == checked.content.sha256:
            return Stored(previous, duplicate=True)
    else:
        _not_both(transaction, actor.project, path)
    return _write(transaction, actor, path, previous, checked, now, mtime)


def _not_both(transaction: Transaction, project: str, path: str) -> None:
    """Refuse a file where a folder is and a folder where a file is: no disk could hold such a tree."""
    above = path.rpartition("/")[0]
    while above:
        if transaction.files.at(project, fold(above)) is not None:
            raise BadRequest(f"path: {above} is a file, not a folder")
        above = above.rpartition("/")[0]
    if fold(path) in OWN_FOLDERS or _is_folder(transaction, project, path):
        raise BadRequest(f"path: {path} is a folder")


def _is_folder(transaction: Transaction, project: str, path: str) -> bool:
    return bool(transaction.files.below(project, f"{fold(path)}/", 1))


def _write(
    transaction: Transaction,
    actor: Actor,
    path: str,
    previous: FileEntry | None,
    checked: Checked,
    now: int,
    mtime: int | None = None,
    stem: str | None = None,
) -> Stored:
    content = checked.content
    kind = checked.summary.type.value if checked.summary else None
    entry = FileEntry(
        previous.id if previous else new_id(), actor.project, path, previous.version + 1 if previous else 1,
        content.sha256, content.size, kind, actor.device.id if actor.device else None, now,
    )  # fmt: skip
    transaction.contents.add(content)
    transaction.files.put(entry, fold(path), fold(stem or path), checked, mtime)
    told = {"path": path, "version": entry.version, "sha256": content.sha256.hex(), "size": content.size}
    if checked.summary and checked.summary.kind is Kind.ACTIVITY:
        told["activity"] = join(transaction, actor, entry.id, recording_of(checked.summary, entry.device), now)
    elif previous:
        leave(transaction, actor, entry.id, now)
    transaction.journal.append(actor, "put", ("file", entry.id), told, now)
    odd = checked.summary.warnings[0] if checked.summary and checked.summary.warnings else checked.damaged
    return Stored(entry, duplicate=False, warning=odd)


def _place(
    transaction: Transaction, actor: Actor, folder: str, name: str, checked: Checked
) -> tuple[str, FileEntry | None]:
    """Find the path for a file of a device, with the file that it becomes the next version of."""
    if folder != FOLDERS[Kind.ACTIVITY]:
        return _place_in_turn(transaction, actor, folder, name)
    known = same_activity(transaction, actor, folder, name, checked)
    return (known.path, known) if known else (_free_path(transaction, actor.project, folder, name), None)


def same_activity(transaction: Transaction, actor: Actor, folder: str, name: str, checked: Checked) -> FileEntry | None:
    """Find the activity that the device has sent under this name, whatever its number, with the same start."""
    start = checked.summary.start if checked.summary else None
    if actor.device is None or start is None:
        return None
    return transaction.files.activity(actor.project, fold(f"{folder}/{name}"), actor.device.id, start)


def _place_in_turn(transaction: Transaction, actor: Actor, folder: str, name: str) -> tuple[str, FileEntry | None]:
    """Try ``name``, ``name (2)`` ... until one is free or this device's own: as many steps as devices share it."""
    for n in count(1):
        path = f"{folder}/{name if n == 1 else numbered(name, n)}"
        occupant = transaction.files.at(actor.project, fold(path))
        if occupant is None and not _is_folder(transaction, actor.project, path):
            return path, None
        if occupant and actor.device and occupant.device == actor.device.id:
            return occupant.path, occupant
    raise AssertionError


def _free_path(transaction: Transaction, project: str, folder: str, name: str) -> str:
    """Find a free numbered name in steps that double, then halve: a watch calls a thousand files the same."""

    def path(n: int) -> str:
        return f"{folder}/{name if n == 1 else numbered(name, n)}"

    def taken(n: int) -> bool:
        return transaction.files.at(project, fold(path(n))) is not None

    low, high = 0, 1  # low is taken (or 0), high will be free
    while taken(high):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if taken(middle) else (low, middle)
    while taken(high) or _is_folder(transaction, project, path(high)):
        high += 1
    return path(high)
