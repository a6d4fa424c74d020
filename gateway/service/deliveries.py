"""Files for a device: what waits, its parts, what has arrived."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import orjson

from gateway.contents import FileContents
from gateway.errors import Gone, NotFound, TooLarge, UnsupportedType
from gateway.model import Conversion, FileEntry, FileType, Kind, PairedDevice, Wanted
from gateway.service.acks import acknowledge
from gateway.service.clock import Clock, unix_time
from gateway.service.conversions import RETRY_SECONDS, SIMPLIFIED, conversion_of, simplification
from gateway.service.devices import Caller, still_valid
from gateway.service.offers import Offer, as_offered, converted, fits
from gateway.service.paths import fold
from gateway.store import Store, Transaction, Write

WAIT_SECONDS: Final = 300
COUNTS: Final = 1000  # devices whose count of waiting files is remembered
UNPREPARED: Final = 8  # conversions that are asked for at once
SHORT: Final = 200  # files that are looked through in half a millisecond


@dataclass(frozen=True, slots=True)
class Status:
    """What a glance shows. ``last`` is the end of the device's last successful transfer.

    ``unprepared`` has to be converted before more can wait.
    """

    now: int
    last: int | None
    pending: int
    sent: int
    wait: int
    unprepared: tuple[Conversion, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """What a device wants listed: up to ``limit`` files behind the entry ``before`` (time, id), of one ``kind``.

    ``acknowledged``: those, too, that wait no more because it has them.
    """

    limit: int
    before: tuple[int, str] | None = None
    kind: FileType | None = None
    acknowledged: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """Some of the files that wait, newest first; ``unprepared`` has to be converted before more can."""

    files: list[FileEntry]
    unprepared: tuple[Conversion, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many files wait, and what has to be converted before others can; ``state`` says when that was true.

    ``looked_at``: files among which those that wait are found.
    """

    state: tuple[int, int, str]
    pending: int
    looked_at: int
    unprepared: tuple[Conversion, ...]


class Deliveries:
    """What lies in a device's folders and what it has of it."""

    def __init__(self, store: Store, contents: FileContents, cap: int, clock: Clock = unix_time) -> None:
        self._store = store
        self._contents = contents
        self._cap = cap
        self._clock = clock
        self._counts: dict[str, Count] = {}  # by device

    def status(self, device: PairedDevice) -> Status:
        """Count what waits and what was sent."""
        with self._store.read() as transaction:
            return self._status(device, self._count(transaction, device))

    def status_at_hand(self, device: PairedDevice) -> Status | None:
        """Give the same where nothing has to be counted; two look-ups, None: it has to be."""
        with self._store.read() as transaction:
            counted = self._counted(transaction, device)
        return self._status(device, counted) if counted else None

    def _status(self, device: PairedDevice, count: Count) -> Status:
        return Status(self._clock(), device.last_sync, count.pending, device.sent, WAIT_SECONDS, count.unprepared)

    def pending(self, device: PairedDevice) -> int:
        """Count the files that wait."""
        with self._store.read() as transaction:
            return self._count(transaction, device).pending

    def _count(self, transaction: Transaction, device: PairedDevice) -> Count:
        """Count anew only after something has happened in the project, or was converted."""
        counted = self._counted(transaction, device)
        if counted is not None:
            return counted
        state = _state(transaction, device)
        wanted = self._wanted(transaction, device)
        unprepared = transaction.deliveries.unprepared(wanted, self._clock() - RETRY_SECONDS, UNPREPARED)
        counted = Count(state, *transaction.deliveries.count(wanted), tuple(unprepared))
        if len(self._counts) >= COUNTS:
            self._counts.clear()
        self._counts[device.id] = counted
        return counted

    def _counted(self, transaction: Transaction, device: PairedDevice) -> Count | None:
        """Give what was counted when all was as it is now."""
        counted = self._counts.get(device.id)
        return counted if counted is not None and counted.state == _state(transaction, device) else None

    def newest(self, device: PairedDevice, listing: Listing) -> Waiting:
        """List waiting files, newest first."""
        with self._store.read() as transaction:
            return self._newest(transaction, device, listing, self._count(transaction, device))

    def newest_at_hand(self, device: PairedDevice, listing: Listing) -> Waiting | None:
        """Give the same where that takes little: nothing has to be counted, and few files looked through; else None."""
        with self._store.read() as transaction:
            counted = self._counted(transaction, device)
            if counted is None or counted.looked_at > SHORT:
                return None
            return self._newest(transaction, device, listing, counted)

    def _newest(self, transaction: Transaction, device: PairedDevice, listing: Listing, count: Count) -> Waiting:
        if not listing.acknowledged and not count.pending:
            return Waiting([], count.unprepared)
        wanted = self._wanted(transaction, device, listing.kind, acknowledged=listing.acknowledged)
        found = transaction.deliveries.newest(wanted, listing.limit, listing.before)
        return Waiting([as_offered(transaction, entry, self._cap) for entry in found], count.unprepared)

    def find(self, device: PairedDevice, key: str, version: int | None = None) -> Offer:
        """Find a file by id, else by name; raises ``NotFound``, ``Gone`` for another version, ``TooLarge``."""
        with self._store.read() as transaction:
            entry = self._readable(transaction, device, key)
            if entry is None:
                entry = transaction.deliveries.by_name(self._wanted(transaction, device), key)
            if entry is None:
                raise NotFound("no such file for this device")
            if version is not None and version != entry.version:
                raise Gone(f"the file has changed, it is version {entry.version} now")
            if entry.type is None:
                raise UnsupportedType("the file is none of FIT, GPX, TCX and JSON")
            if entry.size <= self._cap:
                return Offer(entry, transaction.versions.crc32(entry.id, entry.version))
            if entry.type not in SIMPLIFIED:
                raise TooLarge(f"the file is over the limit of {self._cap // 1024} KB")
            return converted(transaction, entry, simplification(entry, self._cap), self._clock())

    def native(self, device: PairedDevice, file: str, wanted: FileType, points: int = 0) -> Offer:
        """Find a file by id as a ``wanted`` of at most ``points`` points (0: as many as fit); raises as ``find``."""
        with self._store.read() as transaction:
            entry = self._readable(transaction, device, file)
            if entry is None:
                raise NotFound("no such file for this device")
            if entry.type == wanted and not points and entry.size <= self._cap:
                return Offer(entry, transaction.versions.crc32(entry.id, entry.version))
            version = transaction.versions.find(entry.id, entry.version)
            assert version is not None
            role = Kind(version.facts.kind) if version.facts.kind else None
            if role is Kind.ACTIVITY and not (version.facts.summary or {}).get("start"):
                role = Kind.COURSE  # a tour without times has not happened
            return converted(transaction, entry, conversion_of(entry, role, wanted, points, self._cap), self._clock())

    def _readable(self, transaction: Transaction, device: PairedDevice, file: str) -> FileEntry | None:
        """Find a file by id that lies in a device's folders or that it has sent."""
        entry = transaction.files.by_id(device.project, file)
        if entry is None or (not _in_folders(device, entry) and not self._sent(transaction, device, entry)):
            return None
        return entry

    @staticmethod
    def _sent(transaction: Transaction, device: PairedDevice, entry: FileEntry) -> bool:
        """Say whether a device has sent a file, or the very bytes of one that was there (which it then has)."""
        return transaction.versions.sent_by(entry.id, device.id) or transaction.deliveries.has(
            device.id, entry.id, entry.version
        )

    def read(self, offer: Offer, offset: int, length: int) -> bytes:
        """Read a part of what ``find`` or ``native`` gave."""
        if offer.conversion is None:
            return self._read(offer.file, offset, length)
        with self._store.read() as transaction:
            part = transaction.conversions.part(offer.conversion, offset, length)
        if part is None:
            raise Gone("the file has changed")
        return part

    def _read(self, entry: FileEntry, offset: int, length: int) -> bytes:
        with self._store.read() as transaction:
            part = transaction.contents.part(entry.sha256, offset, length)
            location = transaction.contents.location(entry.sha256) if part is None else None
        if part is not None:
            return part
        if location is None:
            raise Gone("the file has changed")
        try:
            return self._contents.read(location, offset, length)
        except OSError:
            raise Gone("this version is not kept any more") from None

    def document(self, entry: FileEntry) -> bytes:
        """Give the text of a JSON file as it stands, in UTF-8."""
        if entry.type != FileType.JSON:
            raise UnsupportedType("only a .JSON file can be read as json")
        text = self._read(entry, 0, entry.size).removeprefix(b"\xef\xbb\xbf").strip()
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
            and fits(transaction, entry, self._cap)
            and transaction.versions.exists(file, version)
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


def _state(transaction: Transaction, device: PairedDevice) -> tuple[int, int, str]:
    """Give what changes with all that decides how many files wait."""
    return transaction.journal.head(device.project), transaction.conversions.newest(), device.name


def _in_folders(device: PairedDevice, entry: FileEntry) -> bool:
    return any(entry.path.startswith(folder.rstrip("/") + "/") for folder in device.folders)
