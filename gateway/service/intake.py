"""Taking files from phones, computers and scripts: to a path of their choice, or where the content belongs."""

from dataclasses import dataclass, replace
from typing import Final

from gateway.errors import BadRequest, FormatError, GatewayError, PreconditionFailed
from gateway.model import Access, Checked, Kind, Said, Stored
from gateway.service.access import still_allowed, transferred
from gateway.service.archives import Member, is_archive
from gateway.service.changes import facts_of
from gateway.service.checking import Checker
from gateway.service.clock import Clock, unix_time
from gateway.service.firstbytes import HEAD, claims, default_name, folder_for_content
from gateway.service.incoming import Received
from gateway.service.ingest import FOLDERS, folder_for, odd, receive
from gateway.service.merging import WHATEVER, Base, put, stored
from gateway.service.paths import clean_name, fold
from gateway.service.reach import folder_of, reaches, target
from gateway.service.refusing import keep_refused
from gateway.store import Store, Transaction, Write

OPAQUE: Final = "/documents"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for a body: a ``path``, or only a ``name`` or nothing at all; and what has to hold.

    ``member``: it is one of an archive's. ``fresh``: nothing else may be at the path; ``existing``: something must.
    ``sha256``: what the body must be. ``known``: it must be of a type that is read here, and correct; of an archive's
    members no more is asked than of any file. ``encrypted``: how the sender has encrypted it, so that nobody looks
    inside, and what the sender has ``said`` of it. ``patient``: one that is cut short may be on its way yet, so that is
    not written down as a refusal but raised.
    """

    path: str | None = None
    name: str | None = None
    base: Base = WHATEVER
    fresh: bool = False
    sha256: bytes | None = None
    mtime: int | None = None
    existing: bool = False
    member: bool = False
    known: bool = False
    patient: bool = False
    encrypted: str | None = None
    said: Said | None = None


Outcome = Stored | FormatError
"""An error that is returned, not raised: a refusal is written down too, so its transaction must not be undone."""

UNFINISHED: Final = "truncated"
"""The code of a file that is cut short."""

Named = tuple[str, Stored | GatewayError]
"""What became of a file, with the name that it came under; "" where it had none, or where all that follows failed."""
Members = list[Named]
"""What became of each file of an archive."""


def is_opened(wish: Wish, received: Received) -> bool:
    """Say whether a body is an archive whose files are wanted."""
    return wish.path is None and wish.encrypted is None and is_archive(wish.name or "", received.head(4))


def wish_for(member: Member, wish: Wish) -> Wish:
    """Give what is asked for a file of an archive for which ``wish`` is."""
    return replace(wish, name=member.name or None, sha256=None, member=True, patient=False)


def concluded(results: Members) -> Members:
    """Give what became of an archive; raises the error of one that has nothing else, or nothing at all."""
    if len(results) == 1 and isinstance(results[0][1], GatewayError):
        raise results[0][1]
    if not results:
        raise BadRequest("the archive has no files")
    return results


class Intake:
    """Taking bodies that have come in whole."""

    def __init__(self, store: Store, checker: Checker, clock: Clock = unix_time) -> None:
        self._store = store
        self._checker = checker
        self._clock = clock

    def take(self, access: Access, received: Received, wish: Wish) -> Write[Outcome]:
        """Check a body and prepare to keep it.

        Raises ``BadRequest`` for a path or checksum that is wrong and for nothing at all without a name, ``Forbidden``
        for a path out of reach, ``FormatError`` for what a patient caller waits for. The write raises ``Conflicting``,
        ``PreconditionFailed`` and ``OverQuota``.
        """
        if wish.sha256 is not None and wish.sha256 != received.content.sha256:
            raise BadRequest("X-Content-SHA256: the body that came is another one")
        if wish.path is not None:
            return self._to_path(access, received, wish, target(access, wish.path))
        return self._by_content(access, received, wish)

    def settle(self, received: Received) -> None:
        """Forget what of a body on the disk no write has used."""
        received.settle(self._store)

    def _to_path(self, access: Access, received: Received, wish: Wish, path: str) -> Write[Outcome]:
        checked = _unread(received, wish) if wish.encrypted else self._checker.check_any(received, path)
        facts = facts_of(checked)

        def write(transaction: Transaction) -> Outcome:
            still_allowed(transaction, access)
            _refuse_other(transaction, access, path, wish, checked)
            merged = put(
                transaction, access.actor, path, facts, self._clock(), wish.base, mtime=wish.mtime,
                content=checked.content,
            )  # fmt: skip
            return _noted(transaction, access, stored(merged, odd(checked)), self._clock())

        return write

    def _by_content(self, access: Access, received: Received, wish: Wish) -> Write[Outcome]:
        head = b"" if wish.encrypted else received.head(HEAD)
        name = clean_name(wish.name) if wish.name else None
        if not received.content.size and name is None and not wish.known:
            raise BadRequest("the body is empty")
        try:
            checked = self._look(received, wish, name or "", head)
        except FormatError as error:
            if wish.patient and error.code == UNFINISHED:
                raise
            return self._refuse(access, received, name or "file", error)
        proper = folder_for(checked, OPAQUE if checked.summary else folder_for_content(head))
        folder = access.folder or proper
        # cameras and archives call many things the same; of activities the start tells which is which
        track = proper == FOLDERS[Kind.ACTIVITY] or (proper in FOLDERS.values() and name and not wish.member)
        name = name or default_name(checked, head, self._clock())

        def write(transaction: Transaction) -> Outcome:
            still_allowed(transaction, access)
            now = self._clock()
            taken = receive(
                transaction, access.actor, folder, name, checked, now, beside=not track, mtime=wish.mtime,
                within=folder_of(access),
            )  # fmt: skip
            if not reaches(access, taken.file.path):
                raise BadRequest("the folder of this key is a file, or is spelled otherwise")
            return _noted(transaction, access, replace(taken, summary=checked.summary), now)

        return write

    def _look(self, received: Received, wish: Wish, name: str, head: bytes) -> Checked:
        """Read a body; what claims to be a file of ours must be a correct one, anything else may be what it likes."""
        if wish.encrypted:
            return _unread(received, wish)
        if (wish.known and not wish.member) or claims(name, head):
            return self._checker.check(received, name)
        try:
            return self._checker.check(received, name)
        except FormatError:
            return Checked(received.content, None)

    def _refuse(self, access: Access, received: Received, name: str, error: FormatError) -> Write[Outcome]:
        def write(transaction: Transaction) -> Outcome:
            still_allowed(transaction, access)
            freed = keep_refused(transaction, access.actor, name, received.content, error, self._clock())
            received.freed.extend(freed)
            return error

        return write


def _unread(received: Received, wish: Wish) -> Checked:
    """Give a content that only its sender can read."""
    return Checked(received.content, None, encrypted=wish.encrypted, said=wish.said)


def _refuse_other(transaction: Transaction, access: Access, path: str, wish: Wish, checked: Checked) -> None:
    there = transaction.files.at(access.project, fold(path)) if wish.fresh or wish.existing else None
    if wish.existing and there is None:
        raise PreconditionFailed(f"there is no file {path}")
    if wish.fresh and there is not None and there.sha256 != checked.content.sha256:
        raise PreconditionFailed(f"there is a file at {path} already, version {there.version}")


def _noted(transaction: Transaction, access: Access, stored: Stored, now: int) -> Stored:
    transaction.tallies.stored(stored.file.type, duplicate=stored.duplicate)
    transferred(transaction, access, now, sent=0 if stored.duplicate else 1)
    return stored
