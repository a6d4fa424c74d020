"""Paired devices: who is calling, who there is, who is shut out."""

from dataclasses import dataclass
from typing import Final

from gateway.auth.tokens import digest
from gateway.errors import NotFound, Unauthorized
from gateway.model import Actor, PairedDevice, User
from gateway.service.clock import Clock, unix_time
from gateway.store import Store, Transaction, Write

SEEN_EVERY: Final = 60  # seconds between two notes that a device was here


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

    def revoke(self, device: str) -> Write[PairedDevice]:
        """Shut a device out at once; what it sent stays. Raises ``NotFound``."""
        now = self._clock()

        def write(transaction: Transaction) -> PairedDevice:
            found = transaction.devices.by_id(device)
            if found is None or found.revoked is not None:
                raise NotFound(f"no device {device}")
            transaction.devices.revoke(device, now)
            actor = Actor(found.user, found.project)
            transaction.journal.append(actor, "revoke", ("device", device), {"name": found.name}, now)
            return found

        return write
