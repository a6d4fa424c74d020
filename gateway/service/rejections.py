"""Refused uploads by the store API: listed with the reason, given back as they came, and tried again.

What a later release can read goes where it would have gone, as its sender's upload.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from gateway.contents import FileContents
from gateway.errors import Busy, FormatError, Gone, NotFound
from gateway.model import WATCHES, Access, Actor, Checked, Content, Rejection, Stored, User
from gateway.service.access import still_allowed
from gateway.service.checking import Checker
from gateway.service.clock import Clock, unix_time
from gateway.service.incoming import Received, content_of
from gateway.service.ingest import folder_for, receive
from gateway.service.intake import OPAQUE
from gateway.store import Store, Transaction, Write

_PIECE: Final = 256 * 1024

Outcome = Stored | FormatError
"""An error that is returned, not raised: today's reason is written down too."""


@dataclass(frozen=True, slots=True)
class OpenedRefusal:
    """A refused upload whose bytes are at hand, from the beginning; whoever holds it closes ``source``."""

    rejection: Rejection
    source: BinaryIO


class Rejections:
    """The refused uploads of a project, for callers that may see all of it; for others there are none."""

    def __init__(self, store: Store, contents: FileContents, checker: Checker, clock: Clock = unix_time) -> None:
        self._store = store
        self._contents = contents
        self._checker = checker
        self._clock = clock

    def page(self, access: Access, limit: int, before: tuple[int, str] | None = None) -> list[Rejection]:
        """List some, newest first, behind the one with this moment and id; raises ``NotFound`` for a folder's key."""
        _needs_all(access)
        with self._store.read() as transaction:
            return transaction.rejected.page(access.project, limit, before)

    def open(self, access: Access, key: str) -> OpenedRefusal:
        """Open the bytes as they came; raises ``NotFound``, and ``Gone`` when they go at this moment."""
        _needs_all(access)
        return self._open(access.project, key)

    def open_for(self, user: User, key: str) -> OpenedRefusal:
        """Open the bytes of a refused file of a user's home, as ``open`` does."""
        return self._open(user.project, key)

    def _open(self, project: str, key: str) -> OpenedRefusal:
        with self._store.read() as transaction:
            rejection = _find(transaction, project, key)
            content = self._content(transaction, rejection)
        try:
            return OpenedRefusal(rejection, Received(content, self._contents).open())
        except OSError:
            raise Gone("the refused file is not kept any more") from None

    def retry(self, access: Access, key: str) -> Write[Outcome]:
        """Check a file again. Now correct, it goes into the tree and the refusal goes; else the reason is today's.

        Raises ``NotFound``, ``Gone``, and ``Busy`` when a long file cannot be read now.
        """
        _needs_all(access)
        with self._store.read() as transaction:
            rejection = _find(transaction, access.project, key)
        again = self._again(rejection)

        def write(transaction: Transaction) -> Outcome:
            still_allowed(transaction, access)
            return again(transaction)

        return write

    def retry_all(self) -> Iterator[Write[Outcome]]:
        """Give the writes that try each refused upload of this gateway again; what goes meanwhile is passed over."""
        with self._store.read() as transaction:
            waiting = transaction.rejected.before(1 << 62)
        for rejection in waiting:
            try:
                yield self._again(rejection)
            except (NotFound, Gone, Busy):  # its owner can try again
                continue

    def _again(self, rejection: Rejection) -> Write[Outcome]:
        with self._store.read() as transaction:
            content = self._content(transaction, rejection)
        try:
            checked = self._checker.check(Received(self._summed(content), self._contents), rejection.name)
        except FormatError as error:
            return _still_bad(rejection, error)
        except FileNotFoundError:
            raise Gone("the refused file is not kept any more") from None
        return self._accept(rejection, checked)

    def _accept(self, rejection: Rejection, checked: Checked) -> Write[Outcome]:
        def write(transaction: Transaction) -> Outcome:
            known = _find(transaction, rejection.project, rejection.id)
            actor, otherwise = _sender(transaction, known)
            folder = folder_for(checked, otherwise)
            stored = receive(transaction, actor, folder, known.name, checked, self._clock())
            transaction.rejected.remove(known.id)
            return stored

        return write

    @staticmethod
    def _content(transaction: Transaction, rejection: Rejection) -> Content:
        """Describe the bytes, of those in a file without their CRC-32."""
        body = transaction.contents.body(rejection.sha256)
        if body is not None:
            return content_of(body)
        place = transaction.contents.location(rejection.sha256)
        if place is None:
            raise NotFound(f"no refused file {rejection.id}")
        return Content(rejection.sha256, rejection.size, 0, location=place)

    def _summed(self, content: Content) -> Content:
        if content.location is None:
            return content
        crc = 0
        with self._contents.open(content.location) as source:
            while piece := source.read(_PIECE):
                crc = zlib.crc32(piece, crc)
        return Content(content.sha256, content.size, crc, location=content.location)


def _still_bad(rejection: Rejection, error: FormatError) -> Write[Outcome]:
    def write(transaction: Transaction) -> Outcome:
        _find(transaction, rejection.project, rejection.id)
        transaction.rejected.explain(rejection.id, error.word, error.message)
        return error

    return write


def _sender(transaction: Transaction, rejection: Rejection) -> tuple[Actor, str]:
    """Give who sent a file, and the folder for what belongs into none of the others."""
    sender, project = rejection.device, rejection.project
    device = transaction.devices.by_id(sender) if sender else None
    if device is not None:
        own = f"/backups/{device.name}" if device.type in WATCHES else OPAQUE
        return Actor(device.user, project, device), own
    key = transaction.keys.by_id(sender) if sender else None
    return (Actor(key.user, project, key=key.id), key.folder or OPAQUE) if key else (Actor(None, project), OPAQUE)


def _find(transaction: Transaction, project: str, key: str) -> Rejection:
    rejection = transaction.rejected.find(project, key)
    if rejection is None:
        raise NotFound(f"no refused file {key[:12]}")
    return rejection


def _needs_all(access: Access) -> None:
    """Hide refused uploads from keys of one folder: nobody knows where these files belong."""
    if access.folder is not None:
        raise NotFound("a key of one folder sees no refused files")
