"""The gateway's users: the owner of the first start, passwords, one-time links, browser sessions."""

import re
from typing import Final

from gateway.auth.passwords import Passwords
from gateway.auth.tokens import digest, new_id, new_secret
from gateway.errors import BadRequest, Gone, NotFound, Unauthorized
from gateway.model import User
from gateway.service.clock import Clock, unix_time
from gateway.store import Store, Transaction, Write

LINK_SECONDS: Final = 15 * 60
SESSION_SECONDS: Final = 30 * 24 * 3600
_EMAIL: Final = re.compile(r"[^\s@]{1,64}@[^\s@]{1,190}")


class Accounts:
    """Who may sign in."""

    def __init__(self, store: Store, passwords: Passwords, clock: Clock = unix_time) -> None:
        self._store = store
        self._passwords = passwords
        self._clock = clock

    def ensure_owner(self) -> Write[User]:
        """Give the owner, created on the first start of a data folder."""
        now = self._clock()

        def write(transaction: Transaction) -> User:
            return transaction.users.owner() or _add(transaction, None, None, owner=True, now=now)

        return write

    def find(self, email: str | None) -> User:
        """Find a user by e-mail, the owner without one; raises ``NotFound``."""
        with self._store.read() as transaction:
            user = transaction.users.by_email(email) if email else transaction.users.owner()
        if user is None:
            raise NotFound(f"no user {email}")
        return user

    def by_id(self, user: str) -> User:
        """Find a user by id; raises ``NotFound``."""
        with self._store.read() as transaction:
            found = transaction.users.by_id(user)
        if found is None:
            raise NotFound(f"no user {user}")
        return found

    def name(self, user: str) -> str:
        """Give what the operator knows a user by: the e-mail, ``owner`` for one who has not signed in yet."""
        with self._store.read() as transaction:
            found = transaction.users.by_id(user)
        return (found.email if found else None) or "owner"

    def add(self, email: str, password: str) -> Write[User]:
        """Add a user on the operator's word; the first one becomes the owner that the first start left open."""
        email = clean_email(email)
        encoded = self._passwords.hash(password)
        now = self._clock()

        def write(transaction: Transaction) -> User:
            owner = transaction.users.owner()
            if owner is None or owner.email is not None:
                return _add(transaction, email, encoded, owner=owner is None, now=now)
            if transaction.users.by_email(email):
                raise BadRequest(f"email: {email} has an account already")
            transaction.users.set_credentials(owner.id, email, encoded)
            return transaction.users.owner() or owner

        return write

    def has_owner(self) -> bool:
        """Say whether the owner has signed in once, or was added by the operator."""
        with self._store.read() as transaction:
            owner = transaction.users.owner()
        return owner is not None and owner.email is not None

    def link(self, user: User) -> Write[str]:
        """Make the secret of a sign-in link that is good once and for ``LINK_SECONDS``."""
        expires = self._clock() + LINK_SECONDS

        def write(transaction: Transaction) -> str:
            secret = new_secret()
            transaction.links.add(digest(secret), user.id, expires)
            return secret

        return write

    def linked(self, secret: str) -> User:
        """Give the user of a link that is still good; looking does not use it up. Raises ``Gone``."""
        with self._store.read() as transaction:
            return self._linked(transaction, secret)

    def _linked(self, transaction: Transaction, secret: str) -> User:
        found = transaction.links.find(digest(secret), self._clock())
        user = transaction.users.by_id(found) if found else None
        if user is None:
            raise Gone("this link was used or is older than 15 minutes")
        return user

    def use_link(self, secret: str, email: str, password: str) -> Write[str]:
        """Use a link up: set e-mail and password where given, and sign in. Gives the session's secret."""
        user = self.linked(secret)
        if user.email is None or email or password:
            email = clean_email(email)
            encoded = self._passwords.hash(password)
        else:
            encoded = ""

        def write(transaction: Transaction) -> str:
            holder = self._linked(transaction, secret)
            transaction.links.consume(digest(secret))
            if encoded:
                other = transaction.users.by_email(email)
                if other and other.id != holder.id:
                    raise BadRequest(f"email: {email} has an account already")
                transaction.users.set_credentials(holder.id, email, encoded)
            return self._session(transaction, holder.id)

        return write

    def sign_in(self, email: str, password: str) -> Write[str]:
        """Check e-mail and password and sign in; gives the session's secret. Raises ``Unauthorized``."""
        proven = self.proven(email, password)
        return lambda transaction: self._session(transaction, proven(transaction).id)

    def proven(self, email: str, password: str, *, signup: bool = False) -> Write[User]:
        """Check e-mail and password; with ``signup`` an unknown e-mail becomes a user. Raises ``Unauthorized``."""
        with self._store.read() as transaction:
            user = transaction.users.by_email(email.strip())
            encoded = transaction.users.password(user.id) if user else None
        if user is None and signup:
            return self._newcomer(email, password)
        if not self._passwords.matches(password, encoded) or user is None:
            raise Unauthorized("e-mail or password is wrong")

        def write(transaction: Transaction) -> User:
            if transaction.users.password(user.id) != encoded:  # changed since it was looked at
                raise Unauthorized("e-mail or password is wrong")
            return user

        return write

    def sign_up(self, email: str, password: str) -> Write[str]:
        """Add a user who is nobody's owner and sign in; the caller has made sure that strangers may."""
        added = self._newcomer(email, password)
        return lambda transaction: self._session(transaction, added(transaction).id)

    def _newcomer(self, email: str, password: str) -> Write[User]:
        email = clean_email(email)
        encoded = self._passwords.hash(password)
        now = self._clock()
        return lambda transaction: _add(transaction, email, encoded, owner=False, now=now)

    def signed_in(self, session: str) -> User | None:
        """Give the user of a browser session."""
        with self._store.read() as transaction:
            user = transaction.sessions.find(digest(session), self._clock())
            return transaction.users.by_id(user) if user else None

    def sign_out(self, session: str) -> Write[None]:
        """End a browser session."""
        return lambda transaction: transaction.sessions.remove(digest(session))

    def _session(self, transaction: Transaction, user: str) -> str:
        secret = new_secret()
        transaction.sessions.add(digest(secret), user, self._clock() + SESSION_SECONDS)
        return secret


def clean_email(email: str) -> str:
    """Check an e-mail address roughly; the mail that proves it is never sent."""
    email = email.strip()
    if not _EMAIL.fullmatch(email) or not email.isprintable():
        raise BadRequest("email: this is no e-mail address")
    return email


def _add(transaction: Transaction, email: str | None, password: str | None, *, owner: bool, now: int) -> User:
    if email is not None and transaction.users.by_email(email):
        raise BadRequest(f"email: {email} has an account already")
    user = User(new_id(), email, owner, new_id(), now)
    transaction.users.add(user, password, epoch=new_id())
    return user
