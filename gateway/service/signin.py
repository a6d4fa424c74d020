"""Sign-in for phones and computers: a device registers once, signs in, and renews what it signed in with.

A refresh token is exchanged for the next one, which is derived from it: within a minute the old one gives the same pair
again, since answers get lost. Whoever comes with it later has stolen it or was robbed, so that the sign-in ends.
"""

from dataclasses import dataclass
from typing import Final

from gateway.auth.jwt import TOKEN_SECONDS, TokenKey
from gateway.auth.tokens import digest, new_id, new_secret
from gateway.errors import BadRequest, Forbidden, Unauthorized
from gateway.model import Access, Actor, DeviceType, PairedDevice, User
from gateway.service.accounts import Accounts
from gateway.service.clock import Clock, unix_time
from gateway.service.devices import free_name
from gateway.service.paths import device_name
from gateway.store import Store, Transaction, Write

REFRESH_SECONDS: Final = 90 * 24 * 3600  # how long a refresh token waits to be used
REPEAT_SECONDS: Final = 60  # how long an exchanged one gives the same pair again
SIGN_INS: Final = 20  # of a device; the oldest ends
TYPES: Final = (DeviceType.LINUX, DeviceType.MOBILE, DeviceType.WEB, DeviceType.IOT)
_PURPOSE: Final = "refresh token"


@dataclass(frozen=True, slots=True)
class Pair:
    """What a device holds while it is signed in; ``expires_in`` are seconds until the access token is over."""

    access_token: str
    refresh_token: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class Registered:
    """A new device, the secret that it signs in with from now on, and its first pair."""

    device: PairedDevice
    secret: str
    pair: Pair


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a caller is, as ``me`` tells."""

    user: User
    access: Access
    project: str


class SignIn:
    """Devices that sign in by themselves."""

    def __init__(
        self, store: Store, accounts: Accounts, tokens: TokenKey, clock: Clock = unix_time, *, signup: bool = False
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._tokens = tokens
        self._clock = clock
        self._signup = signup

    def register(self, email: str, password: str, name: str, kind: str, app: str | None = None) -> Write[Registered]:
        """Make a device of the user with this e-mail and password; checks a hash, which takes long.

        ``app`` is the version of its app.

        With sign-up an unknown e-mail becomes a user. Raises ``Unauthorized``, ``BadRequest``.
        """
        if kind not in TYPES:
            raise BadRequest(f"type: must be one of {', '.join(TYPES)}")
        called = device_name(name) or kind
        proven = self._accounts.proven(email, password, signup=self._signup)
        now = self._clock()

        def write(transaction: Transaction) -> Registered:
            user = proven(transaction)
            key, secret = new_id(), new_secret()
            shown = free_name(transaction, user.id, called)
            device = PairedDevice(
                key,
                user.id,
                user.project,
                DeviceType(kind),
                key,
                shown,
                device_name(app or "") or None,
                (),
                now,
                None,
                None,
                0,
                None,
            )
            transaction.devices.add(device)
            transaction.devices.set_secret(key, digest(secret))
            told = {"name": shown, "type": kind}
            transaction.journal.append(Actor(user.id, user.project), "register", ("device", key), told, now)
            return Registered(device, secret, self._begin(transaction, device, now))

        return write

    def login(self, device: str, secret: str, app: str | None = None) -> Write[Pair]:
        """Sign a device in, which may have another version of its app; raises ``Unauthorized`` whatever is wrong."""
        hashed = digest(secret)
        with self._store.read() as transaction:  # who knows no secret has nothing written
            _signing_in(transaction, device, hashed)
        now, version = self._clock(), device_name(app or "")

        def write(transaction: Transaction) -> Pair:
            found = _signing_in(transaction, device, hashed)
            if version:
                transaction.devices.rename(found.id, found.name, version)
            return self._begin(transaction, found, now)

        return write

    def refresh(self, token: str) -> Write[Pair | Unauthorized]:
        """Exchange a refresh token; raises ``Unauthorized``, or gives it where that ends the sign-in.

        An error that is raised would undo the ending.
        """
        hashed = digest(token)
        with self._store.read() as transaction:
            if transaction.families.token(hashed) is None:
                raise Unauthorized
        now = self._clock()

        def write(transaction: Transaction) -> Pair | Unauthorized:
            found = transaction.families.token(hashed)
            if found is None or now >= found.created + REFRESH_SECONDS:
                raise Unauthorized
            following = self._tokens.derive(token, _PURPOSE)
            if found.used is None:
                transaction.families.exchange(hashed, now)
                transaction.families.add_token(digest(following), found.family, now)
            elif abs(now - found.used) > REPEAT_SECONDS:
                _end(transaction, found.family, now)
                return Unauthorized()
            since = now if found.used is None else found.used
            return self._pair((found.user, found.device, found.family), following, since, now)

        return write

    def logout(self, access: Access) -> Write[None]:
        """End the sign-in that a caller came with; raises ``Forbidden`` for a key, which is revoked instead."""
        family = access.family
        if family is None:
            raise Forbidden("a key cannot log out: revoke it")
        now = self._clock()
        return lambda transaction: _end(transaction, family, now)

    def me(self, access: Access) -> Identity:
        """Tell a caller who it is."""
        with self._store.read() as transaction:
            user = transaction.users.by_id(access.user)
            assert user is not None
            return Identity(user, access, transaction.projects.name(access.project))

    def _begin(self, transaction: Transaction, device: PairedDevice, now: int) -> Pair:
        family, refresh = new_id(), new_secret()
        transaction.families.add(family, device.id, now, SIGN_INS)
        transaction.families.add_token(digest(refresh), family, now)
        transaction.devices.saw(device.id, now)
        return self._pair((device.user, device.id, family), refresh, now, now)

    def _pair(self, who: tuple[str, str, str], refresh: str, since: int, now: int) -> Pair:
        token = self._tokens.sign(*who, since, refresh)
        return Pair(token, refresh, since + TOKEN_SECONDS - now)


def _end(transaction: Transaction, family: str, now: int) -> None:
    """End a sign-in; the journal says so, which wakes whoever waits with it."""
    device = transaction.devices.by_family(family)
    if device is not None:
        transaction.families.remove(family)
        actor = Actor(device.user, device.project, device)
        transaction.journal.append(actor, "logout", ("device", device.id), {}, now)


def _signing_in(transaction: Transaction, device: str, hashed: bytes) -> PairedDevice:
    found = transaction.devices.by_secret(device, hashed)
    if found is None:
        raise Unauthorized("device_id or device_secret is wrong")
    return found
