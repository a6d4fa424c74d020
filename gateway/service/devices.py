"""The devices of users: which watch is calling, who there is, what they are called, who is shut out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from gateway.auth.tokens import digest
from gateway.errors import BadRequest, Forbidden, NotFound, Unauthorized
from gateway.model import Access, Actor, PairedDevice, User
from gateway.service.access import SEEN_EVERY, still_allowed
from gateway.service.clock import Clock, unix_time
from gateway.service.keys import within
from gateway.service.paths import clean_path, device_name
from gateway.store import Store, Transaction, Write

MOST_FOLDERS: Final = 50  # of a device


@dataclass(frozen=True, slots=True)
class Caller:
    """A device that has shown its token. ``news``: something about this call has to be written down."""

    device: PairedDevice
    token: bytes
    first: bool
    news: bool

    @property
    def actor(self) -> Actor:
        """The caller as the author of a change."""
        return Actor(self.device.user, self.device.project, self.device)


def still_valid(transaction: Transaction, caller: Caller) -> None:
    """Make sure inside a write that its device has not been shut out since; raises ``Unauthorized``."""
    if not transaction.tokens.exists(caller.token):
        raise Unauthorized


class Devices:
    """The devices of all users."""

    def __init__(self, store: Store, clock: Clock = unix_time) -> None:
        self._store = store
        self._clock = clock

    def authenticate(self, secret: str) -> Caller:
        """Find the device that holds a token; raises ``Unauthorized``. One look-up by primary key."""
        token = digest(secret)
        with self._store.read() as transaction:
            found = transaction.devices.by_token(token)
        if found is None:
            raise Unauthorized
        device, first_used = found
        seen = abs(self._clock() - (device.last_seen or 0)) < SEEN_EVERY
        return Caller(device, token, first_used is None, first_used is None or not seen)

    def greet(self, caller: Caller) -> Write[None]:
        """Note that a device was here; the first use of a token ends the device's other tokens."""
        now = self._clock()

        def write(transaction: Transaction) -> None:
            still_valid(transaction, caller)
            if caller.first:
                transaction.tokens.use_first(caller.token, caller.device.id, now)
            else:
                transaction.tokens.used(caller.token, now)
            transaction.devices.saw(caller.device.id, now)

        return write

    def all(self, user: User | None = None) -> list[PairedDevice]:
        """List devices that are not revoked."""
        with self._store.read() as transaction:
            return transaction.devices.all(user.id if user else None)

    def called(self, name: str) -> PairedDevice:
        """Find a device that is not revoked by its id or name; raises ``NotFound``, ``BadRequest`` for several."""
        found = [device for device in self.all() if name == device.id or name.casefold() == device.name.casefold()]
        if not found:
            raise NotFound(f"no device {name}: see wristgate devices")
        if len(found) > 1:
            raise BadRequest(f"{len(found)} devices are called {name}: say which by its id, see wristgate devices")
        return found[0]

    def mine(self, access: Access) -> list[PairedDevice]:
        """List the devices of a caller's user that are not revoked, watches too."""
        with self._store.read() as transaction:
            return transaction.devices.all(access.user)

    def describe(
        self, device: str, access: Access, name: str | None, folders: Sequence[str] | None
    ) -> Write[PairedDevice]:
        """Rename a device or set which folders it is to have; None leaves it. Raises ``BadRequest``, ``NotFound``."""
        called = None if name is None else device_name(name)
        if called == "":
            raise BadRequest("name: is empty or not possible")
        wanted = None if folders is None else _clean_folders(folders, access)
        now = self._clock()

        def write(transaction: Transaction) -> PairedDevice:
            still_allowed(transaction, access)
            found = _find(transaction, device, access)
            told = found.name if called is None else free_name(transaction, found.user, called, found)
            kept = found.folders if wanted is None else wanted
            if (told, kept) != (found.name, found.folders):
                transaction.devices.describe(device, told, kept)
                payload = {"name": told, "folders": kept}
                transaction.journal.append(_actor(found, access), "describe", ("device", device), payload, now)
            return replace(found, name=told, folders=kept)

        return write

    def revoke(self, device: str, access: Access | None = None) -> Write[PairedDevice]:
        """Shut a device out at once; what it sent stays. Of others' devices a caller knows nothing: ``NotFound``."""
        now = self._clock()

        def write(transaction: Transaction) -> PairedDevice:
            if access is not None:
                still_allowed(transaction, access)
            found = _find(transaction, device, access)
            transaction.devices.revoke(device, now)
            transaction.journal.append(_actor(found, access), "revoke", ("device", device), {"name": found.name}, now)
            return found

        return write


def free_name(transaction: Transaction, user: str, name: str, own: PairedDevice | None = None) -> str:
    """Give a device a name that no other of its user bears: names are folders and config documents."""
    taken = {device.name.casefold() for device in transaction.devices.all(user) if not own or device.id != own.id}
    candidate, n = name, 2
    while candidate.casefold() in taken:
        candidate, n = f"{name} ({n})", n + 1
    return candidate


def _find(transaction: Transaction, device: str, access: Access | None) -> PairedDevice:
    found = transaction.devices.by_id(device)
    if found is None or found.revoked is not None or (access is not None and found.user != access.user):
        raise NotFound(f"no device {device}")
    return found


def _actor(device: PairedDevice, access: Access | None) -> Actor:
    """Give who acts on a device, in the project of the device; without a caller it is the operator's command."""
    if access is None:
        return Actor(device.user, device.project)
    return replace(access.actor, project=device.project)


def _clean_folders(folders: Sequence[str], access: Access) -> tuple[str, ...]:
    if len(folders) > MOST_FOLDERS:
        raise BadRequest(f"folders: takes at most {MOST_FOLDERS}")
    cleaned = tuple(dict.fromkeys(clean_path(folder, "folders") for folder in folders))
    if not all(within(folder, access.folder) for folder in cleaned):
        raise Forbidden("folders: must lie in the folder of your key")
    return cleaned
