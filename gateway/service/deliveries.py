"""Files for a device: what waits, its parts, what has arrived."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import orjson

from gateway.contents import FileContents
from gateway.errors import Gone, NotFound, TooLarge, UnsupportedType
from gateway.model import FileEntry, FileType, PairedDevice, Wanted
from gateway.service.acks import acknowledge
from gateway.service.clock import Clock, unix_time
from gateway.service.devices import Caller, still_valid
from gateway.service.paths import fold
from gateway.store import Store, Transaction, Write

WAIT_SECONDS: Final = 300
COUNTS: Final = 1000  # devices whose count of waiting files is remembered


@dataclass(frozen=True, slots=True)
class Status:
    """What a glance shows. ``last`` is the end of the device's last successful transfer."""

    now: int
    last: int | None
    pending: int
    sent: int
    wait: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A file that a device may read; ``crc32`` is of the whole."""

    file: FileEntry
    crc32: int


class Deliveries:
    """What lies in a device's folders and what it has of it."""

    def __init__(self, store: Store, contents: FileContents, cap: int, clock: Clock = unix_time) -> None:
        self._store = store
        self._contents = contents
        self._cap = cap
        self._clock = clock
        self._counts: dict[str, tuple[int, str, int]] = {}  # by device: (journal's last entry, its name, count)

    def status(self, device: PairedDevice) -> Status:
        """Count what waits and what was sent."""
        return Status(self._clock(), device.last_sync, self.pending(device), device.sent, WAIT_SECONDS)

    def pending(self, device: PairedDevice) -> int:
        """Count the files that wait."""
        with self._store.read() as transaction:
            return self._count(transaction, device)

    def _count(self, transaction: Transaction, device: PairedDevice) -> int:
        """Count anew only after something has happened in the project."""
        seq = transaction.journal.head(device.project)
        known = self._counts.get(device.id)
        if known is not None and known[:2] == (seq, device.name):
            return known[2]
        pending = transaction.deliveries.pending(self._wanted(transaction, device))
        if len(self._counts) >= COUNTS:
            self._counts.clear()
        self._counts[device.id] = (seq, device.name, pending)
        return pending

    def newest(
        self,
        device: PairedDevice,
        limit: int,
        before: tuple[int, str] | None = None,
        kind: FileType | None = None,
        *,
        acknowledged: bool = False,
    ) -> list[FileEntry]:
        """List up to ``limit`` waiting files, newest first, behind the entry (time, id)."""
        with self._store.read() as transaction:
            if not acknowledged and not self._count(transaction, device):
                return []
            wanted = self._wanted(transaction, device, kind, acknowledged=acknowledged)
            return transaction.deliveries.newest(wanted, limit, before)

    def find(self, device: PairedDevice, key: str, version: int | None = None) -> Offer:
        """Find a file by id, else by name; raises ``NotFound``, ``Gone`` for another version, ``TooLarge``."""
        with self._store.read() as transaction:
            entry = transaction.files.by_id(device.project, key)
            if entry is None:
                entry = transaction.deliveries.by_name(self._wanted(transaction, device), key)
            elif not _in_folders(device, entry) and not self._sent(transaction, device, entry):
                entry = None
            if entry is None:
                raise NotFound("no such file for this device")
            if version is not None and version != entry.version:
                raise Gone(f"the file has changed, it is version {entry.version} now")
            if entry.size > self._cap:
                raise TooLarge(f"the file is over the limit of {self._cap // 1024} KB")
            if entry.type is None:
                raise UnsupportedType("the file is none of FIT, GPX, TCX and JSON")
            return Offer(entry, transaction.files.crc32(entry.id, entry.version))

    @staticmethod
    def _sent(transaction: Transaction, device: PairedDevice, entry: FileEntry) -> bool:
        """Say whether a device has sent a file, or the very bytes of one that was there (which it then has)."""
        return transaction.files.sent_by(entry.id, device.id) or transaction.deliveries.has(
            device.id, entry.id, entry.version
        )

    def read(self, entry: FileEntry, offset: int, length: int) -> bytes:
        """Read a part of a file's head as ``find`` gave it."""
        with self._store.read() as transaction:
            part = transaction.contents.part(entry.sha256, offset, length)
            location = transaction.contents.location(entry.sha256) if part is None else None
        if part is not None:
            return part
        if location is None:
            raise Gone("the file has changed")
        return self._contents.read(location, offset, length)

    def document(self, entry: FileEntry) -> bytes:
        """Give the text of a JSON file as it stands, in UTF-8."""
        if entry.type != FileType.JSON:
            raise UnsupportedType("only a .JSON file can be read as json")
        text = self.read(entry, 0, entry.size).removeprefix(b"\xef\xbb\xbf").strip()
        orjson.loads(text)  # damage on the disk must not reach a watch
        return text

    def news(self, device: PairedDevice, files: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
        """Give those (id, version) that the device was offered and has not acknowledged yet."""
        with self._store.read() as transaction:
            return [(file, version) for file, version in files if self._is_news(transaction, device, file, version)]

    def _is_news(self, transaction: Transaction, device: PairedDevice, file: str, version: int) -> bool:
        entry = transaction.files.by_id(device.project, file)
        return (
            entry is not None
            and _in_folders(device, entry)
            and entry.type is not None
            and entry.size <= self._cap
            and transaction.files.has_version(file, version)
            and not transaction.deliveries.has(device.id, file, version)
        )

    def ack(self, caller: Caller, files: Iterable[tuple[str, int]]) -> Write[None]:
        """Note what a device has; what it cannot have had is ignored."""
        files = list(files)

        def write(transaction: Transaction) -> None:
            still_valid(transaction, caller)
            now = self._clock()
            for file, version in files:
                if self._is_news(transaction, caller.device, file, version):
                    acknowledge(transaction, caller.actor, file, version, now)
                    transaction.devices.synced(caller.device.id, now)

        return write

    def config(self, device: PairedDevice) -> FileEntry:
        """Find a device's own document: under its name, else its type's. Raises ``NotFound``."""
        with self._store.read() as transaction:
            entry = self._config(transaction, device)
        if entry is None or entry.type != FileType.JSON:
            raise NotFound(f"there is no /config/{device.name}.json")
        if entry.size > self._cap:
            raise TooLarge("the config document is over the limit")
        return entry

    @staticmethod
    def _config(transaction: Transaction, device: PairedDevice) -> FileEntry | None:
        for name in (device.name, device.type):
            entry = transaction.files.at(device.project, fold(f"/config/{name}.json"))
            if entry is not None:
                return entry
        return None

    def _wanted(
        self,
        transaction: Transaction,
        device: PairedDevice,
        kind: FileType | None = None,
        *,
        acknowledged: bool = False,
    ) -> Wanted:
        config = self._config(transaction, device)
        return Wanted(device, self._cap, config.id if config else None, kind, acknowledged)


def _in_folders(device: PairedDevice, entry: FileEntry) -> bool:
    return any(entry.path.startswith(folder.rstrip("/") + "/") for folder in device.folders)
