"""A master key: 32 random bytes, known by an id that tells nothing of them."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Self

KEY_BYTES: Final = 32
ID_BYTES: Final = 8


@dataclass(frozen=True)
class MasterKey:
    """One key; no ``repr`` shows it."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES:
            raise ValueError(f"a master key has {KEY_BYTES} bytes")

    @classmethod
    def new(cls) -> Self:
        """Make one."""
        return cls(secrets.token_bytes(KEY_BYTES))

    @cached_property
    def id(self) -> bytes:
        """Eight bytes, a hash: a wrong key is seen by its id, before anything is opened with it."""
        return hashlib.sha256(b"wristgate master key\0" + self.secret).digest()[:ID_BYTES]

    def derive(self, salt: bytes, purpose: bytes) -> bytes:
        """Derive a key of 32 bytes: HKDF-Expand (RFC 5869, 2.3) with SHA-256, whose one block is all that is needed."""
        return hmac.digest(self.secret, purpose + salt + b"\x01", "sha256")
