"""Taking files in without a path: what they are decides where they go, and as which version of what."""

from typing import Final

from gateway.model import Actor, Checked, FileEntry, Kind, Stored
from gateway.service.changes import facts_of, write
from gateway.service.clashes import free_path, is_folder, usable
from gateway.service.paths import fold, numbered
from gateway.store import Transaction

FOLDERS: Final = {Kind.ACTIVITY: "/activities", Kind.COURSE: "/routes", Kind.WORKOUT: "/workouts"}


_SHARED: Final = 50  # devices that may have a name in common, before one of them gets a new file each time


def folder_for(checked: Checked, otherwise: str) -> str:
    """Give the folder for a file by what it is."""
    return FOLDERS.get(checked.kind, otherwise) if checked.kind else otherwise


def receive(
    transaction: Transaction,
    actor: Actor,
    folder: str,
    name: str,
    checked: Checked,
    now: int,
    *,
    beside: bool = False,
    mtime: int | None = None,
    within: str = "/",
) -> Stored:
    """Keep a file that a device sent, under its own name where that is possible.

    The same bytes as the head of a file ``within`` a folder (with a slash at its end) are that file. A taken name gives
    the next version when the same device sent it and, among activities, the start is the same; otherwise, and where it
    is to lie ``beside`` what is there, ``name (2).fit``.
    """
    known = transaction.files.with_content(actor.project, checked.content.sha256, within)
    if known is not None:
        return Stored(known, duplicate=True)
    folder = usable(transaction, actor.project, folder)
    if beside:
        path, previous = free_path(transaction, actor.project, folder, name), None
    else:
        path, previous = _place(transaction, actor, folder, name, checked)
    facts, stem = facts_of(checked), f"{folder}/{name}"
    entry = write(transaction, actor, path, previous, facts, now, mtime=mtime, stem=stem, content=checked.content)
    return Stored(entry, duplicate=False, warning=odd(checked))


def odd(checked: Checked) -> str | None:
    """Say what is odd about a file that was taken all the same."""
    return checked.summary.warnings[0] if checked.summary and checked.summary.warnings else checked.damaged


def _place(
    transaction: Transaction, actor: Actor, folder: str, name: str, checked: Checked
) -> tuple[str, FileEntry | None]:
    """Find the path for a file of a device, with the file that it becomes the next version of."""
    if folder != FOLDERS[Kind.ACTIVITY]:
        return _place_in_turn(transaction, actor, folder, name)
    known = same_activity(transaction, actor, folder, name, checked)
    return (known.path, known) if known else (free_path(transaction, actor.project, folder, name), None)


def same_activity(transaction: Transaction, actor: Actor, folder: str, name: str, checked: Checked) -> FileEntry | None:
    """Find the activity that the device has sent under this name, whatever its number, with the same start."""
    start = checked.start
    if actor.sender is None or start is None:
        return None
    return transaction.files.activity(actor.project, fold(f"{folder}/{name}"), actor.sender, start)


def _place_in_turn(transaction: Transaction, actor: Actor, folder: str, name: str) -> tuple[str, FileEntry | None]:
    """Try ``name``, ``name (2)`` ... until one is free or this device's own: as many steps as devices share it."""
    for n in range(1, _SHARED):
        path = f"{folder}/{name if n == 1 else numbered(name, n)}"
        occupant = transaction.files.at(actor.project, fold(path))
        if occupant is None and not is_folder(transaction, actor.project, path):
            return path, None
        if occupant and actor.sender and occupant.device == actor.sender:
            return occupant.path, occupant
    return free_path(transaction, actor.project, folder, name), None
