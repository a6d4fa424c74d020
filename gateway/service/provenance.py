"""Whether a database has always lain in its folder. One that was put there by itself, from a replica, has another past.

Folder and database have a word in common, another one after each start; the folder also has the number of the file that
the database is. What was replaced, by an older copy or another file, is seen by one or the other.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from gateway.auth.tokens import new_id
from gateway.errors import Busy
from gateway.secretfile import replace
from gateway.store import Store, Transaction

FILE: Final = "folder.id"
_CHORE: Final = "folder"


def recognise(store: Store, folder: Path, now: int, new: Callable[[], str] = new_id) -> bool:
    """See that a database belongs to its folder; True: it did not, and its projects have new epochs now.

    Raises ``Busy`` where the disk refuses; it is seen the next time then.
    """
    path, number = folder / FILE, str(store.path.stat().st_ino)
    there = path.read_text("ascii", errors="replace").split() if path.is_file() else []
    with store.read() as transaction:
        known = transaction.chores.last(_CHORE)
    belongs = known is not None and known[1] in there[1:] and there[0] == number
    word = new()

    def write(transaction: Transaction) -> None:
        if known is not None and not belongs:
            transaction.projects.begin_anew(new)
        transaction.chores.finished(_CHORE, word, now)

    _write(path, number, *([known[1]] if known and belongs else []), word)  # one of them is right whenever this ends
    store.write(write).result()
    _write(path, number, word)
    return known is not None and not belongs


def _write(path: Path, *words: str) -> None:
    try:
        replace(path, (" ".join(words) + "\n").encode())
    except OSError as error:
        raise Busy(f"{path} cannot be written: {error.strerror}") from error
