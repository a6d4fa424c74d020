"""Passwords as argon2id hashes.

19 MiB, two passes, one lane: OWASP's first choice for small machines (Password Storage Cheat Sheet). Hashes are made
one at a time, since two at once would take twice the memory.
"""

import threading
from functools import cached_property
from typing import Final

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from gateway.errors import BadRequest

LEAST: Final = 10  # characters
MOST: Final = 1024


class Passwords:
    """Makes and checks password hashes, one at a time."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
        self._one = threading.Lock()

    def hash(self, password: str) -> str:
        """Hash a new password; raises ``BadRequest`` for one that is too short or too long."""
        if not LEAST <= len(password) <= MOST:
            raise BadRequest(f"password: takes {LEAST} to {MOST} characters")
        with self._one:
            return self._hasher.hash(password)

    def matches(self, password: str, encoded: str | None) -> bool:
        """Check a password; without a hash it takes as long and is False."""
        try:
            with self._one:
                return self._hasher.verify(encoded or self._nobody, password[:MOST]) and encoded is not None
        except (VerificationError, InvalidHashError):
            return False

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash("nobody has this password")
