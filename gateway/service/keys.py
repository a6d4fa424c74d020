"""Personal keys for scripts, and for phones that can hold no session: shown once, revoked at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from gateway.auth.tokens import digest, new_id, new_secret
from gateway.errors import BadRequest, Forbidden, NotFound
from gateway.model import Access, Actor, Key, Scope, User
from gateway.service.access import KEY_PREFIX, may, still_allowed
from gateway.service.clock import Clock, unix_time
from gateway.service.paths import clean_path, device_name
from gateway.store import Store, Transaction, Write

MOST: Final = 100  # keys of a user


@dataclass(frozen=True, slots=True)
class Wish:
    """The key that is to be made; ``folder`` None: for the whole tree."""

    name: str
    scopes: frozenset[Scope]
    folder: str | None


@dataclass(frozen=True, slots=True)
class Made:
    """A new key with its secret, which nobody can show a second time."""

    key: Key
    secret: str


class Keys:
    """The keys of all users."""

    def __init__(self, store: Store, clock: Clock = unix_time) -> None:
        self._store = store
        self._clock = clock

    def all(self, user: str | None = None) -> list[Key]:
        """List keys that are not revoked, of the user with this id or of all."""
        with self._store.read() as transaction:
            return transaction.keys.all(user)

    def called(self, name: str) -> Key:
        """Find a key that is not revoked by its id or name; raises ``NotFound``, ``BadRequest`` where several fit."""
        found = [key for key in self.all() if name == key.id or name.casefold() == key.name.casefold()]
        if not found:
            raise NotFound(f"no key {name}")
        if len(found) > 1:
            raise BadRequest(f"{len(found)} keys are called {name}: say which by its id, see wristgate apikey list")
        return found[0]

    def make(self, user: User, wish: Wish) -> Write[Made]:
        """Make a key on the operator's word; raises ``Forbidden`` where the user has ``MOST``."""
        now = self._clock()
        return lambda transaction: _make(transaction, user, wish, Actor(user.id, user.project), now)

    def make_own(self, access: Access, wish: Wish) -> Write[Made]:
        """Make a key that may do no more than its maker; raises ``Forbidden``."""
        for scope in sorted(wish.scopes):
            if not may(access, scope):
                raise Forbidden(f"scopes: you do not have {scope} yourself")
        if not within(wish.folder, access.folder):
            raise Forbidden("folder: must lie in the folder of your own key")
        now = self._clock()

        def write(transaction: Transaction) -> Made:
            still_allowed(transaction, access)
            user = transaction.users.by_id(access.user)
            assert user is not None
            return _make(transaction, user, wish, replace(access.actor, project=user.project), now)

        return write

    def revoke(self, key: str, access: Access | None = None) -> Write[Key]:
        """Make a key worth nothing at once; of others' keys a caller knows nothing. Raises ``NotFound``."""
        now = self._clock()

        def write(transaction: Transaction) -> Key:
            if access:
                still_allowed(transaction, access)
            found = transaction.keys.by_id(key)
            if found is None or found.revoked is not None or (access and found.user != access.user):
                raise NotFound(f"no key {key}")
            transaction.keys.revoke(key, now)
            user = transaction.users.by_id(found.user)
            assert user is not None
            actor = replace(access.actor, project=user.project) if access else Actor(user.id, user.project)
            transaction.journal.append(actor, "revoke", ("key", key), {"name": found.name}, now)
            return found

        return write


def read_wish(name: str, scopes: Sequence[object], folder: str | None) -> Wish:
    """Check what a key is to be called and may do; raises ``BadRequest`` that names the field."""
    called = device_name(name)
    if not called:
        raise BadRequest("name: is empty or not possible")
    if not scopes or not all(scope in list(Scope) for scope in scopes):
        raise BadRequest(f"scopes: must be some of {', '.join(Scope)}")
    cleaned = None if folder is None else clean_path(folder, "folder")
    return Wish(called, frozenset(Scope(str(scope)) for scope in scopes), None if cleaned == "/" else cleaned)


def within(folder: str | None, outer: str | None) -> bool:
    """Say whether a folder is another one or lies in it; None is the whole tree."""
    return outer is None or (folder is not None and f"{folder}/".startswith(f"{outer}/"))


def _make(transaction: Transaction, user: User, wish: Wish, actor: Actor, now: int) -> Made:
    if len(transaction.keys.all(user.id)) >= MOST:
        raise Forbidden(f"there are {MOST} keys: revoke one that is not used")
    secret = KEY_PREFIX + new_secret()
    key = Key(new_id(), user.id, wish.name, wish.scopes, wish.folder, now, None, None)
    transaction.keys.add(key, digest(secret))
    told = {"name": key.name, "scopes": sorted(key.scopes), "folder": key.folder}
    transaction.journal.append(actor, "create", ("key", key.id), told, now)
    return Made(key, secret)
