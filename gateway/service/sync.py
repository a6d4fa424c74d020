"""What has happened in a project since a cursor, and how things stand."""

from dataclasses import dataclass
from typing import Final

from gateway.auth.jwt import LEEWAY
from gateway.errors import Gone, Unauthorized
from gateway.model import Access, Change, FileEntry, PairedDevice
from gateway.service.access import still_allowed, transferred
from gateway.service.clock import Clock, unix_time
from gateway.service.cursors import Cursor, decode
from gateway.service.deliveries import Deliveries
from gateway.service.pages import fitting
from gateway.service.paths import fold
from gateway.service.reach import folder_of, reaches
from gateway.store import Store, Transaction, Write

PAGE: Final = 1000  # changes at most


@dataclass(frozen=True, slots=True)
class Pulled:
    """Some changes, where their reader is afterwards, and whether there are more by now.

    ``seq``: the entry that the reader had seen before, as the cursor says; None while the tree is read.
    """

    changes: tuple[Change | FileEntry, ...]
    cursor: Cursor
    more: bool
    seq: int | None


@dataclass(frozen=True, slots=True)
class Lag:
    """A device with the journal's entries that it has not pulled (None: it does not pull) and the files that wait."""

    device: PairedDevice
    behind: int | None
    pending: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How a whole project stands. ``quota`` 0: no limit; ``used`` counts all projects of its owner."""

    files: int
    bytes: int
    used: int
    quota: int
    conflicts: int
    devices: tuple[Lag, ...]


@dataclass(frozen=True, slots=True)
class State:
    """Where a project's journal is; ``counts`` None: the caller sees a folder only."""

    cursor: Cursor
    counts: Counts | None


class Sync:
    """Reading the journal of changes."""

    def __init__(self, store: Store, deliveries: Deliveries, clock: Clock = unix_time) -> None:
        self._store = store
        self._deliveries = deliveries
        self._clock = clock

    def check(self, access: Access) -> None:
        """Make sure that a caller who may have waited long was not shut out since; raises as ``still_allowed``."""
        if access.expires is not None and self._clock() >= access.expires + LEEWAY:
            raise Unauthorized("the access token has expired")
        with self._store.read() as transaction:
            still_allowed(transaction, access)

    def pull(self, access: Access, cursor: str | None, limit: int) -> Pulled:
        """Give the changes behind a cursor; without one, the tree page by page, which ends at where it began.

        What is given depends on the caller's project and folder alone; whether it may have that, ``check`` says.
        Raises ``BadRequest`` for what is no cursor, and ``Gone`` (``reset``) for one of another history: the journal
        was restored, or the cursor is another project's, or is made up.
        """
        with self._store.read() as transaction:
            if cursor is None:
                return self._tree(transaction, access, _head(transaction, access.project, "/"), limit)
            place = decode(cursor)
            _verify(transaction, access.project, place)
            if place.start is not None:
                return self._tree(transaction, access, place, limit)
            return self._journal(transaction, access, place, limit)

    @staticmethod
    def _tree(transaction: Transaction, access: Access, place: Cursor, limit: int) -> Pulled:
        below = fold(folder_of(access))
        found = transaction.files.page(access.project, below, place.start or "", limit + 1)
        count = fitting((entry.path for _, entry in found), limit)
        files = tuple(entry for _, entry in found[:count] if reaches(access, entry.path))
        if len(found) > count:
            cursor = Cursor(place.epoch, place.seq, place.mark, found[count - 1][0])
            return Pulled(files, cursor, more=True, seq=None)
        cursor = Cursor(place.epoch, place.seq, place.mark)
        return Pulled(files, cursor, transaction.journal.head(access.project) > place.seq, None)

    @staticmethod
    def _journal(transaction: Transaction, access: Access, place: Cursor, limit: int) -> Pulled:
        found = transaction.journal.changes(access.project, place.seq, limit + 1)
        page = found[: fitting((change.told["path"] + change.told.get("from", "") for change in found), limit)]
        more = len(found) > len(page)
        if more:
            seq = page[-1].seq
            cursor = Cursor(place.epoch, seq, transaction.journal.mark(access.project, seq) or "")
        else:
            cursor = _head(transaction, access.project)
        seen = (part for change in page if (part := _seen(access, change)))
        return Pulled(tuple(seen), cursor, more, place.seq)

    def state(self, access: Access) -> State:
        """Tell how things stand, of all devices of the caller."""
        with self._store.read() as transaction:
            cursor = _head(transaction, access.project)
            if access.folder is not None:
                return State(cursor, None)
            files, size = transaction.holdings.counts(access.project)
            used, quota = transaction.holdings.used(access.project), transaction.holdings.quota
            conflicts = transaction.conflicts.count(access.project)
            devices = transaction.devices.all(access.user)
        lags = tuple(self._lag(device, cursor.seq) for device in devices)
        return State(cursor, Counts(files, size, used, quota, conflicts, lags))

    def _lag(self, device: PairedDevice, head: int) -> Lag:
        behind = None if device.pulled is None else max(0, head - device.pulled)
        return Lag(device, behind, self._deliveries.pending(device) if device.folders else 0)

    def head(self, project: str) -> int:
        """Give the number of a project's last entry."""
        with self._store.read() as transaction:
            return transaction.journal.head(project)

    def note(self, access: Access, seq: int) -> Write[None]:
        """Note up to where a device has pulled, and that it has just done so."""
        device, now = access.device, self._clock()

        def write(transaction: Transaction) -> None:
            if device is not None:
                transaction.devices.pulled(device.id, seq)
                transferred(transaction, access, now)

        return write


def _head(transaction: Transaction, project: str, start: str | None = None) -> Cursor:
    seq = transaction.journal.head(project)
    mark = transaction.journal.mark(project, seq)
    return Cursor(transaction.journal.epoch(project), seq, mark or "", start)


def _verify(transaction: Transaction, project: str, place: Cursor) -> None:
    """Make sure that a cursor is of this history; raises ``Gone``."""
    mark = transaction.journal.mark(project, place.seq)
    if place.epoch != transaction.journal.epoch(project) or mark is None or mark != place.mark:
        raise Gone("this cursor is of another history: pull anew, without one", reset=True)


def _seen(access: Access, change: Change) -> Change | None:
    """Give a change as a caller sees it: what leaves the caller's folder is deleted, what comes into it is put."""
    here = reaches(access, change.told["path"])
    if change.op != "move":
        return change if here else None
    before = reaches(access, change.told["from"])
    if here and before:
        return change
    told = change.told if here else {"path": change.told["from"], "version": change.told["version"]}
    op = "put" if here else "delete"
    return Change(change.seq, op, change.file, told, change.device, change.time) if here or before else None
