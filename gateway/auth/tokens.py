"""Random secrets, ids and codes, and the hashes under which they are kept."""

import base64
import hashlib
import hmac
import os
import secrets
from typing import Final

_ID_LENGTH: Final = 12
_ID_BYTES: Final = 8
CODE_LETTERS: Final = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # nothing that is read as something else
CODE_LENGTH: Final = 8


def new_id() -> str:
    """Make an id of 12 characters of a-z2-7: 60 random bits."""
    return base64.b32encode(os.urandom(_ID_BYTES)).decode("ascii").lower()[:_ID_LENGTH]


def new_secret() -> str:
    """Make a secret of 256 random bits, 43 characters that need no escaping in a URL."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """Make a pairing code, 8 characters that are easy to read and type."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def clean_code(typed: str) -> str | None:
    """Read a code as a person types it (small letters, blanks, a dash); None when it cannot be one."""
    code = "".join(typed.upper().replace("-", "").split())
    return code if len(code) == CODE_LENGTH and set(code) <= set(CODE_LETTERS) else None


def digest(secret: str) -> bytes:
    """Give the SHA-256 under which a secret is kept.

    A look-up by it takes the same time however much of a guess is right: no part of a hash can be aimed at.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def derive(secret: str, purpose: str) -> str:
    """Derive another secret of 256 bits that only who holds ``secret`` can make."""
    mac = hmac.new(secret.encode("utf-8", "surrogatepass"), purpose.encode(), hashlib.sha256)
    return mac.hexdigest()


def same(one: str, other: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))
