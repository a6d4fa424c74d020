"""The keys of a gateway, locked up with a passphrase for a backup.

::

    locked = "WGK1" salt nonce AES-256-GCM(keys as JSON)
    key    = argon2id(passphrase, salt), 19 MiB, 10 passes, 1 lane: as much memory as a small machine has to spare

The salt has 16 bytes, the nonce 12.
"""

import os
from collections.abc import Mapping
from typing import Final

import orjson
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.errors import Forbidden

_MAGIC: Final = b"WGK1"
_SALT: Final = 16
_NONCE: Final = 12
_PASSES: Final = 10
_KIB: Final = 19 * 1024


def locked_up(keys: Mapping[str, bytes], passphrase: str) -> bytes:
    """Lock up files by name."""
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    text = orjson.dumps({name: data.hex() for name, data in keys.items()})
    return _MAGIC + salt + nonce + AESGCM(_key(passphrase, salt)).encrypt(nonce, text, _MAGIC)


def unlocked(data: bytes, passphrase: str) -> dict[str, bytes]:
    """Give what was locked up; raises ``Forbidden`` for another passphrase, or for what has changed."""
    salt, nonce = data[len(_MAGIC) : len(_MAGIC) + _SALT], data[len(_MAGIC) + _SALT : len(_MAGIC) + _SALT + _NONCE]
    try:
        text = AESGCM(_key(passphrase, salt)).decrypt(nonce, data[len(_MAGIC) + _SALT + _NONCE :], data[: len(_MAGIC)])
    except (InvalidTag, ValueError):
        raise Forbidden("SYNC_BACKUP_PASSPHRASE does not open the keys of this backup: it was another one") from None
    return {name: bytes.fromhex(value) for name, value in orjson.loads(text).items()}


def _key(passphrase: str, salt: bytes) -> bytes:
    return hash_secret_raw(passphrase.encode(), salt.ljust(_SALT, b"\0"), _PASSES, _KIB, 1, 32, Type.ID)
