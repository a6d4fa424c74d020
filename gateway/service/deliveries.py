"""Files for a device: what waits, its parts, what has arrived."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import orjson

from gateway.contents import FileContents
from gateway.errors import Gone, NotFound, TooLarge, UnsupportedType
from gateway.model import FileEntry, FileType, PairedDevice
from gateway.service.clock import Clock, unix_time
from gateway.service.devices import Caller
from gateway.store import Store, Transaction, Write
from gateway.store.deliveries import Wanted

WAIT_SECONDS: Final = 300


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

    def status(self, device: PairedDevice) -> Status:
        """Count what waits and what was sent."""
        with self._store.read() as transaction:
            pending = transaction.deliveries.pending(self._wanted(transaction, device))
        return Status(self._clock(), device.last_sync, pending, device.sent, WAIT_SECONDS)

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
            wanted = self._wanted(transaction, device, kind, acknowledged=acknowledged)
            return transaction.deliveries.newest(wanted, limit, before)

    def find(self, device: PairedDevice, key: str, version: int | None = None) -> Offer:
        """Find a file by id, else by name; raises ``NotFound``, ``Gone`` for another version, ``TooLarge``."""
        with self._store.read() as transaction:
            entry = transaction.files.by_id(device.project, key)
            if entry is None:
                entry = transaction.deliveries.by_name(self._wanted(transaction, device), key)
            elif not _in_folders(device, entry) and not transaction.files.sent_by(entry.id, device.id):
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

    def document(self, entry: FileEntry) -> Any:
        """Give the value of a JSON file."""
        if entry.type != FileType.JSON:
            raise UnsupportedType("only a .JSON file can be read as json")
        return orjson.loads(self.read(entry, 0, entry.size).removeprefix(b"\xef\xbb\xbf"))

    def ack(self, caller: Caller, files: Iterable[tuple[str, int]]) -> Write[int]:
        """Note what a device has; what it cannot have had is ignored. Gives how many files wait now."""
        files = list(files)

        def write(transaction: Transaction) -> int:
            now = self._clock()
            new = [self._ack(transaction, caller, file, version, now) for file, version in files]
            if any(new):
                transaction.devices.synced(caller.device.id, now)
            return transaction.deliveries.pending(self._wanted(transaction, caller.device))

        return write

    @staticmethod
    def _ack(transaction: Transaction, caller: Caller, file: str, version: int, now: int) -> bool:
        device = caller.device
        entry = transaction.files.by_id(device.project, file)
        if entry is None or not _in_folders(device, entry) or not transaction.files.has_version(file, version):
            return False
        if not transaction.deliveries.ack(device.id, file, version, now):
            return False
        transaction.journal.append(caller.actor, "ack", ("file", file), {"version": version}, now)
        return True

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
        names = (f"{device.name}.json", f"{device.type}.json")
        return transaction.deliveries.config_document(device.project, names)

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
