"""Pairing a device that cannot type: it shows a code, its owner confirms it elsewhere.

The token that a device gets is derived from the secret id that it polls with, so it is the same at every repetition
and the gateway stores only hashes.
"""

from dataclasses import dataclass
from typing import Final

from gateway.auth.tokens import derive, digest, new_code, new_id, new_secret
from gateway.errors import BadRequest, Busy, Gone, NotFound
from gateway.model import Actor, DeviceType, PairedDevice, Pairing, User
from gateway.service.clock import Clock, unix_time
from gateway.service.devices import free_name
from gateway.service.paths import device_name
from gateway.store import Store, Transaction, Write

TTL: Final = 900
POLL_SECONDS: Final = 5
FOLDERS: Final = ("/routes", "/workouts", "/config")
_PURPOSE: Final = "wristgate device token"
_IDENT_LENGTH: Final = 64


@dataclass(frozen=True, slots=True)
class Started:
    """A pairing that has begun: the device's secret ``id`` and the ``code`` that its owner types."""

    id: str
    code: str


@dataclass(frozen=True, slots=True)
class Ready:
    """A pairing that its owner has confirmed."""

    token: str
    name: str


class Pairings:
    """Bringing devices and their owners together."""

    def __init__(self, store: Store, clock: Clock = unix_time) -> None:
        self._store = store
        self._clock = clock

    def start(self, kind: DeviceType, ident: str, name: str, app: str | None, address: str) -> Write[Started]:
        """Begin: the device calls itself ``ident``, asks from ``address``; what it may be confirmed as lasts 900 s."""
        if not 0 < len(ident) <= _IDENT_LENGTH or not ident.isprintable():
            raise BadRequest(f"device: takes 1 to {_IDENT_LENGTH} printable characters")
        now = self._clock()
        shown = device_name(name) or kind.value

        def write(transaction: Transaction) -> Started:
            for _ in range(5):
                started = Started(new_secret(), new_code())
                token = digest(derive(started.id, _PURPOSE))
                version = device_name(app or "") or None
                pairing = Pairing(started.code, token, kind, ident, shown, version, address, now, now + TTL, None)
                if transaction.pairings.add(digest(started.id), pairing):
                    return started
            raise Busy("no free code, try again")

        return write

    def poll(self, secret: str) -> Ready | None:
        """Say how far it is: None while the owner has not confirmed. Raises ``NotFound``, ``Gone``."""
        with self._store.read() as transaction:
            pairing = transaction.pairings.find(digest(secret))
            if pairing is None:
                raise NotFound("no such pairing, start again")
            if pairing.expires <= self._clock():
                raise Gone("the code is too old, start again")
            if pairing.device is None:
                return None
            device = transaction.devices.by_id(pairing.device)
            unused = transaction.tokens.exists(pairing.token_hash) and not transaction.tokens.first_used(
                pairing.token_hash
            )
        if device is None or not unused:
            raise Gone("this pairing is over")
        return Ready(derive(secret, _PURPOSE), device.name)

    def look(self, code: str) -> Pairing:
        """Show the owner who asks under a code; raises ``NotFound``."""
        with self._store.read() as transaction:
            pairing = transaction.pairings.by_code(code, self._clock())
        if pairing is None:
            raise NotFound("no device waits with this code")
        return pairing

    def confirm(self, user: User, code: str) -> Write[PairedDevice]:
        """Give the device that asks under ``code`` to ``user``; a device that was there gets a new token."""
        now = self._clock()

        def write(transaction: Transaction) -> PairedDevice:
            pairing = transaction.pairings.by_code(code, now)
            if pairing is None:
                raise NotFound("no device waits with this code")
            device = self._device(transaction, user, pairing, now)
            transaction.tokens.remove_unused(device.id)
            transaction.tokens.add(pairing.token_hash, device.id, now)
            transaction.pairings.confirm(code, device.id)
            actor = Actor(user.id, device.project)
            told = {"name": device.name, "type": device.type.value}
            transaction.journal.append(actor, "pair", ("device", device.id), told, now)
            return device

        return write

    @staticmethod
    def _device(transaction: Transaction, user: User, pairing: Pairing, now: int) -> PairedDevice:
        known = transaction.devices.by_ident(user.id, pairing.type, pairing.ident)
        name = free_name(transaction, user.id, pairing.name, known)
        if known is None:
            device = PairedDevice(
                new_id(), user.id, user.project, pairing.type, pairing.ident, name, pairing.app, FOLDERS, now,
                None, None, 0, None,
            )  # fmt: skip
            transaction.devices.add(device)
            return device
        transaction.devices.rename(known.id, name, pairing.app)
        device = transaction.devices.by_id(known.id) or known
        return device  # noqa: RET504  the row as it is now
