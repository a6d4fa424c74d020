"""Access tokens of the store API: JSON Web Tokens (RFC 7519) under a key that only this gateway has.

Nothing in a token is secret; it says who calls, and holds for 15 minutes at most. Who was shut out meanwhile is found
by the look-up of the family, not here.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from gateway.errors import Busy, Unauthorized
from gateway.secretfile import made_once

FILE: Final = "token.key"  # in the data folder
KEY_BYTES: Final = 32
TOKEN_SECONDS: Final = 15 * 60
LEEWAY: Final = 30  # seconds by which the gateway's own clock may have been set since
LONGEST: Final = 1024  # characters; ours have about 400

_ALGORITHM: Final = "HS256"
_ISSUER: Final = "wristgate"
_AUDIENCE: Final = "wristgate-store"
_CLAIMS: Final = ("iss", "aud", "sub", "dev", "fam", "iat", "exp", "jti")


@dataclass(frozen=True, slots=True)
class Claims:
    """Who a token speaks for: a user's device, in one of its sign-ins. ``expires`` is a Unix time."""

    user: str
    device: str
    family: str
    expires: int


class TokenKey:
    """The signing key, which lies in a file that is made when it is first needed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def exported(self) -> bytes:
        """Give the key as its file has it, for a backup."""
        return self._key

    def check(self) -> None:
        """Look at the key if there is one; raises ``Busy`` with a sentence where it is damaged."""
        if self._path.exists():
            _ = self._key

    def sign(self, user: str, device: str, family: str, issued: int, seed: str) -> str:
        """Make a token of ``TOKEN_SECONDS``; the same arguments give the same one. ``seed`` makes the ``jti``."""
        claims = {
            "iss": _ISSUER, "aud": _AUDIENCE, "sub": user, "dev": device, "fam": family, "iat": issued,
            "exp": issued + TOKEN_SECONDS, "jti": self.derive(seed, "token id")[:16],
        }  # fmt: skip
        import jwt  # noqa: PLC0415  6 MB, for the store API alone

        return jwt.encode(claims, self._key, _ALGORITHM, headers={"kid": self._kid})

    def verify(self, token: str, now: int) -> Claims:
        """Read a token; raises ``Unauthorized`` for one that is not ours, not of now, or no token at all."""
        if len(token) > LONGEST or token.partition(".")[0] != self._header:
            raise Unauthorized  # another kid or algorithm: what is not our header is never read
        import jwt  # noqa: PLC0415

        try:
            claims = jwt.decode(
                token, self._key, [_ALGORITHM], audience=_AUDIENCE, issuer=_ISSUER,
                options={"require": list(_CLAIMS), "verify_exp": False, "verify_iat": False, "strict_aud": True},
            )  # fmt: skip
        except (jwt.PyJWTError, ValueError, RecursionError):
            raise Unauthorized from None
        return _read(claims, now)

    def derive(self, secret: str, purpose: str) -> str:
        """Derive another secret of 256 bits that nobody without the key can make; 43 characters."""
        mac = hmac.new(self._key, f"{purpose}\n{secret}".encode("utf-8", "surrogatepass"), hashlib.sha256)
        return base64.urlsafe_b64encode(mac.digest()).rstrip(b"=").decode("ascii")

    @cached_property
    def _key(self) -> bytes:
        try:
            key = made_once(self._path, lambda: secrets.token_bytes(KEY_BYTES))
        except OSError as error:
            raise Busy(f"{FILE} in the data folder cannot be used: {error.strerror}", wait=60) from error
        if len(key) != KEY_BYTES:
            raise Busy(f"{FILE} in the data folder is damaged: remove it and start again", wait=60)
        return key

    @cached_property
    def _kid(self) -> str:
        return hashlib.sha256(self._key).hexdigest()[:8]

    @cached_property
    def _header(self) -> str:
        return self.sign("", "", "", 0, "").partition(".")[0]


def _read(claims: dict[str, Any], now: int) -> Claims:
    who = claims["sub"], claims["dev"], claims["fam"]
    issued, expires = claims["iat"], claims["exp"]
    if not all(isinstance(text, str) for text in (*who, claims["jti"])) or type(issued) is not int:
        raise Unauthorized
    if type(expires) is not int or not issued - LEEWAY <= now < expires + LEEWAY:
        raise Unauthorized("this access token is over: use the refresh token")
    return Claims(*who, expires)
