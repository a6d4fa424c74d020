"""Whether a database has always lain in its folder. One that was put there by itself, from a replica, has another past.

The folder has a word in ``FILE``, the database has it too. A folder that is copied or moved as a whole keeps both.
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
    path = folder / FILE
    there = path.read_text("ascii", errors="replace").strip() if path.is_file() else None
    with store.read() as transaction:
        known = transaction.chores.last(_CHORE)
    if known is not None and known[1] == there:
        return False
    word = new()

    def write(transaction: Transaction) -> None:
        if known is not None:
            transaction.projects.begin_anew(new)
        transaction.chores.finished(_CHORE, word, now)

    try:
        replace(path, f"{word}\n".encode())
    except OSError as error:
        raise Busy(f"{path} cannot be written: {error.strerror}") from error
    store.write(write).result()
    return known is not None
