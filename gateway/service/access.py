"""Who calls the store API, and what that caller may do."""

from dataclasses import dataclass, replace
from typing import Final

from gateway.auth.jwt import TokenKey
from gateway.auth.tokens import digest
from gateway.errors import NotFound, Unauthorized
from gateway.model import Access, Key, PairedDevice, Role, Scope, User
from gateway.service.clock import Clock, unix_time
from gateway.store import Store, Transaction, Write

KEY_PREFIX: Final = "wg_"
NOT_KNOWN: Final = "this key is not known, or was revoked"
SEEN_EVERY: Final = 60  # seconds between two notes that a device or key was used
_DOTS: Final = 2  # in an access token; what has others was meant to be a key
_READER: Final = frozenset({Scope.WRITE, Scope.UPLOAD})  # what a reader of a project may not do


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody who has shown a credential. ``news``: that has to be written down."""

    access: Access
    news: bool


class Accesses:
    """Credentials of the store API: access tokens of devices, and keys."""

    def __init__(self, store: Store, tokens: TokenKey, clock: Clock = unix_time) -> None:
        self._store = store
        self._tokens = tokens
        self._clock = clock

    def authenticate(self, credential: str, project: str | None = None) -> Seen:
        """Find who holds an access token or a key, for work in a project given by id or name, else in the user's home.

        Raises ``Unauthorized``, and ``NotFound`` where the user is no member of the project. One look-up by an index,
        two more for a project.
        """
        with self._store.read() as transaction:
            if credential.startswith(KEY_PREFIX):
                seen = self._key(transaction, credential)
            else:
                seen = self._device(transaction, credential)
            if project is None:
                return seen
            return Seen(_in_project(transaction, seen.access, project), seen.news)

    def greet(self, access: Access) -> Write[None]:
        """Note that a device or key was here."""
        now = self._clock()

        def write(transaction: Transaction) -> None:
            still_allowed(transaction, access)
            if access.device:
                transaction.devices.saw(access.device.id, now)
            elif access.key:
                transaction.keys.used(access.key.id, now)

        return write

    def _key(self, transaction: Transaction, secret: str) -> Seen:
        token = digest(secret)
        found = transaction.keys.by_hash(token)
        if found is None:
            raise Unauthorized(NOT_KNOWN)
        key, home = found
        return Seen(_by_key(key, home, token), self._is_news(key.last_used))

    def _device(self, transaction: Transaction, token: str) -> Seen:
        if token.count(".") != _DOTS:
            raise Unauthorized(NOT_KNOWN)
        claims = self._tokens.verify(token, self._clock())
        device = transaction.devices.by_family(claims.family)
        if device is None or (device.id, device.user) != (claims.device, claims.user):
            raise Unauthorized
        access = replace(by_device(device, claims.family), expires=claims.expires)
        return Seen(access, self._is_news(device.last_seen))

    def _is_news(self, before: int | None) -> bool:
        return abs(self._clock() - (before or 0)) >= SEEN_EVERY


def by_device(device: PairedDevice, family: str) -> Access:
    """Give what a device that has signed in may do: everything, in its user's home."""
    token = digest(f"device:{device.id}")
    return Access(device.user, device.project, device.project, frozenset(Scope), token, device=device, family=family)


def by_command(user: User) -> Access:
    """Give what the operator may do at the shell for a user: everything, in the user's home."""
    return Access(user.id, user.project, user.project, frozenset(Scope), digest(f"command:{user.id}"), operator=True)


def may(access: Access, scope: Scope) -> bool:
    """Say whether a caller has a scope; who may write may upload."""
    return scope in access.scopes or (scope is Scope.UPLOAD and Scope.WRITE in access.scopes)


def still_allowed(transaction: Transaction, access: Access) -> None:
    """Make sure that the caller has not been shut out since; raises ``Unauthorized``, and ``NotFound`` of a project."""
    if access.key is not None:
        key = transaction.keys.by_id(access.key.id)
        allowed = key is not None and key.revoked is None
    elif access.device is None:
        allowed = access.operator
    else:
        allowed = access.family is not None and transaction.devices.by_family(access.family) is not None
    if not allowed:
        raise Unauthorized
    if access.project != access.home and transaction.projects.role(access.project, access.user) is None:
        raise NotFound("no such project")


def transferred(transaction: Transaction, access: Access, now: int, sent: int = 0) -> None:
    """Note that a device has just sent something, or taken something over, ``sent`` files of it up."""
    if access.device is not None:
        transaction.devices.synced(access.device.id, now, sent)


def sender_name(transaction: Transaction, sender: str) -> str | None:
    """Give the name of a device or key by its id, of a revoked one too; None where there is neither."""
    found = transaction.devices.by_id(sender) or transaction.keys.by_id(sender)
    return found.name if found else None


def _by_key(key: Key, home: str, token: bytes) -> Access:
    return Access(key.user, home, home, key.scopes, token, key=key, folder=key.folder)


def _in_project(transaction: Transaction, access: Access, project: str) -> Access:
    """Give the same caller in another project, with what its role there leaves of the scopes; an id goes before a name.

    Raises ``NotFound``.
    """
    role, found = transaction.projects.role(project, access.user), project
    if role is None:
        found = transaction.projects.named(project, access.user) or ""
        role = transaction.projects.role(found, access.user)
    if role is None:
        raise NotFound("no such project")
    scopes = access.scopes - _READER if role is Role.READER else access.scopes
    return replace(access, project=found, scopes=scopes)
