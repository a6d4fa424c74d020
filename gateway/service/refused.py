"""Files that were refused to a device, offered to its owner: what of them can be saved, and saving it.

A repair puts two files into the tree: what could be saved, as ``run (repaired).fit`` in the folder for its kind, and
the bytes as they came, as the damaged file that they are, in ``/backups/<device>``; from there nothing is cleared away.
The refusal stays listed, with both paths, until it is discarded or clean-up forgets it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from gateway.errors import BadRequest, FormatError, NotFound, UnknownFormat
from gateway.formats import detect, fit
from gateway.formats.fit.header import stated_size
from gateway.model import Actor, Checked, FileType, Rejection, Stored, User
from gateway.service.checking import check, check_any
from gateway.service.clock import Clock, unix_time
from gateway.service.ingest import folder_for, receive
from gateway.service.paths import marked
from gateway.store import INLINE, Store, Transaction, Write

LOOKS: Final = 1000  # contents whose salvage is remembered
_ENDING: Final = ".fit"
_BELIEVED: Final = 20  # times its length may a cut file have had: a changed byte in its size says more


@dataclass(frozen=True, slots=True)
class Salvage:
    """What of a file can be saved: ``records`` samples, the first at ``start``, the last at ``until`` (Unix time).

    ``whole`` estimates the seconds of the complete recording from the bytes that are lost. ``sha256`` is of the file
    that a repair makes.
    """

    records: int
    start: int | None
    until: int | None
    whole: float | None
    sha256: bytes

    @property
    def seconds(self) -> int | None:
        """How long the saved part lasts."""
        return None if self.start is None or self.until is None else max(0, self.until - self.start)


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """A refused file; ``sender`` is the name of the device or key, None: a command or folder sent it.

    ``repaired`` and ``original`` are paths, once it is repaired.
    """

    rejection: Rejection
    sender: str | None
    salvage: Salvage | None
    repaired: str | None
    original: str | None


@dataclass(frozen=True, slots=True)
class Repair:
    """What a repair has put into the tree."""

    salvage: Salvage
    repaired: Stored
    original: Stored


class RefusedFiles:
    """The refused files of users' projects; those up to ``cap`` bytes are looked into."""

    def __init__(self, store: Store, cap: int, clock: Clock = unix_time) -> None:
        self._store = store
        self._cap = cap
        self._clock = clock
        self._salvages: dict[bytes, Salvage | None] = {}  # by SHA-256 of the refused bytes

    def all(self, user: User) -> Iterator[RefusedFile]:
        """List a user's refused files, newest first; each is looked into when it is asked for, once."""
        with self._store.read() as transaction:
            rejections = transaction.rejected.all(user.project)
        for rejection in rejections:
            salvage = self._salvage(rejection)
            with self._store.read() as transaction:
                yield _placed(transaction, rejection, salvage)

    def repair(self, user: User, key: str) -> Write[Repair]:
        """Put what can be saved into the tree, with the bytes as they came; changes nothing when that is done already.

        Raises ``NotFound``, ``BadRequest`` for what is no FIT file, and ``FormatError`` when nothing can be saved.
        """
        with self._store.read() as transaction:
            rejection = _find(transaction, user, key)
            data = transaction.contents.body(rejection.sha256)
        if data is None:
            raise BadRequest(f"only files up to {INLINE // 1024} KB can be repaired")
        if not _is_fit(rejection.name, data):
            raise BadRequest("only FIT files can be repaired")
        checked, salvage = _rebuild(rejection.name, data)
        original = check_any(data, f"{rejection.name}.fit")
        # an earlier release may have refused what is right
        name = rejection.name if original.summary else _repaired_name(rejection.name)
        actor = Actor(user.id, user.project)

        def write(transaction: Transaction) -> Repair:
            now = self._clock()
            backups = _backups(_device(transaction, _find(transaction, user, key)))
            repaired = receive(transaction, actor, folder_for(checked, backups), name, checked, now)
            return Repair(salvage, repaired, receive(transaction, actor, backups, rejection.name, original, now))

        return write

    def discard(self, user: User, key: str) -> Write[Rejection]:
        """Forget a refused file, and its bytes unless a repair has put them into the tree; raises ``NotFound``.

        The file of a large content is left for clean-up.
        """

        def write(transaction: Transaction) -> Rejection:
            rejection = _find(transaction, user, key)
            transaction.rejected.remove(rejection.id)
            transaction.contents.collect(rejection.sha256)
            return rejection

        return write

    def _salvage(self, rejection: Rejection) -> Salvage | None:
        """Say what can be saved, None: nothing; repairs the first time, which takes milliseconds."""
        if rejection.size > self._cap:
            return None
        if rejection.sha256 not in self._salvages:
            with self._store.read() as transaction:
                data = transaction.contents.body(rejection.sha256) or b""
            if len(self._salvages) >= LOOKS:
                self._salvages.clear()
            try:
                salvage = _rebuild(rejection.name, data)[1]
            except FormatError:
                salvage = None
            self._salvages[rejection.sha256] = salvage
            return salvage
        return self._salvages[rejection.sha256]


def _is_fit(name: str, data: bytes) -> bool:
    """Say whether bytes are a FIT file or were meant to be one: a damaged one may not look like it any more."""
    try:
        return detect(data) is FileType.FIT
    except UnknownFormat:
        return name.lower().endswith(_ENDING)
    except FormatError as error:
        return error.code == "not_fit" or name.lower().endswith(_ENDING)


def _repaired_name(name: str) -> str:
    """Name what a repair makes; a name without an ending gets FIT's."""
    stem, dot, _ = name.rpartition(".")
    return marked(name if stem and dot else name + _ENDING, "repaired")


def _rebuild(name: str, data: bytes) -> tuple[Checked, Salvage]:
    """Repair and check; raises ``FormatError`` when nothing can be saved."""
    repaired = fit.repair(data)
    checked = check(repaired.data, name)
    assert checked.summary is not None
    start = checked.summary.start
    salvage = Salvage(repaired.records, start, repaired.until, None, checked.content.sha256)
    size, saved = _whole_size(data), min(len(data), len(repaired.data))
    if salvage.seconds is not None and size > saved:
        salvage = replace(salvage, whole=salvage.seconds * size / saved)
    return checked, salvage


def _whole_size(data: bytes) -> int:
    """Guess how many bytes the undamaged file had: as many as its header says, where that can be believed."""
    stated = stated_size(data)
    return stated if len(data) < stated < _BELIEVED * len(data) else len(data)


def _find(transaction: Transaction, user: User, key: str) -> Rejection:
    rejection = transaction.rejected.find(user.project, key)
    if rejection is None:
        raise NotFound(f"no refused file {key}")
    return rejection


def _device(transaction: Transaction, rejection: Rejection) -> str | None:
    """Give the name of the device that sent it."""
    device = transaction.devices.by_id(rejection.device) if rejection.device else None
    return device.name if device else None


def _key(transaction: Transaction, rejection: Rejection) -> str | None:
    """Give the name of the key with which it was sent."""
    key = transaction.keys.by_id(rejection.device) if rejection.device else None
    return key.name if key else None


def _backups(device: str | None) -> str:
    return f"/backups/{device}" if device else "/backups"


def _placed(transaction: Transaction, rejection: Rejection, salvage: Salvage | None) -> RefusedFile:
    """Look whether both files of a repair are in the tree."""
    original = transaction.files.with_content(rejection.project, rejection.sha256)
    repaired = transaction.files.with_content(rejection.project, salvage.sha256) if salvage and original else None
    done = (repaired.path, original.path) if repaired and original else (None, None)
    sender = _device(transaction, rejection) or _key(transaction, rejection)
    return RefusedFile(rejection, sender, salvage, *done)
