"""Where a file may lie: no disk could hold a file where a folder is, and many fold case."""

from typing import Final

from gateway.errors import BadRequest
from gateway.service.paths import fold, numbered
from gateway.store import Transaction

OWN_FOLDERS: Final = (
    "/activities", "/routes", "/workouts", "/config", "/documents", "/photos", "/backups", "/shared"
)  # fmt: skip
"""The first folders, which are always there."""

_OWN: Final = frozenset(OWN_FOLDERS)


def refuse_clash(transaction: Transaction, project: str, path: str) -> None:
    """Make sure that a new file may lie at a free ``path``; raises ``BadRequest``.

    Neither it nor a folder that it needs may differ only in case from what is there, be a folder where a file is, or a
    file where a folder is.
    """
    if is_folder(transaction, project, path):
        raise BadRequest(f"path: {path} is a folder")
    folder = path.rpartition("/")[0]
    while folder and folder not in _OWN:
        if transaction.files.at(project, fold(folder)) is not None:
            raise BadRequest(f"path: {folder} is a file, not a folder")
        there = spelled(transaction, project, folder)
        if there != folder:
            raise BadRequest(f"path: differs only in case from {there}")
        folder = folder.rpartition("/")[0]


def is_folder(transaction: Transaction, project: str, path: str) -> bool:
    """Say whether a path, in whatever case, is a folder."""
    folded = fold(path)
    return folded in _OWN or transaction.files.first_below(project, f"{folded}/") is not None


def spelled(transaction: Transaction, project: str, folder: str) -> str:
    """Give the path of a folder in the case in which it is there; as it is given where it is not."""
    if fold(folder) in _OWN:
        return fold(folder)
    inside = transaction.files.first_below(project, f"{fold(folder)}/")
    return "/".join(inside.path.split("/")[: folder.count("/") + 1]) if inside else folder


def usable(transaction: Transaction, project: str, folder: str) -> str:
    """Give a folder in the case in which it is there; where a file bears the name of a part of it, with a number."""
    made = ""
    for part in folder.strip("/").split("/"):
        if not part:
            break
        path, n = f"{made}/{part}", 2
        while transaction.files.at(project, fold(path)) is not None:
            path, n = f"{made}/{part} ({n})", n + 1
        made = spelled(transaction, project, path)
    return made or "/"


def free_path(transaction: Transaction, project: str, folder: str, name: str) -> str:
    """Find a free numbered name in steps that double, then halve."""

    def path(n: int) -> str:
        return f"{folder.rstrip('/')}/{name if n == 1 else numbered(name, n)}"

    def taken(n: int) -> bool:
        return transaction.files.at(project, fold(path(n))) is not None

    low, high = 0, 1  # low is taken (or 0), high will be free
    while taken(high):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if taken(middle) else (low, middle)
    while taken(high) or is_folder(transaction, project, path(high)):
        high += 1
    return path(high)
