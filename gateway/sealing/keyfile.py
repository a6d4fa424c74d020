"""The text of master keys, in hexadecimal or base64: one a line, or with commas between.

The first seals, the others only open. ``#`` begins a remark.
"""

import base64
from collections.abc import Iterable
from typing import Final

from gateway.sealing.masterkey import KEY_BYTES, MasterKey

MOST: Final = 1000  # keys

_WRONG: Final = f"a master key is {KEY_BYTES} bytes, as {2 * KEY_BYTES} hexadecimal digits or in base64"

_HEADER: Final = (
    "# Master keys of a Wristgate: without them its files cannot be read. Keep a copy elsewhere.\n"
    "# The first seals, the others open what was sealed before: wristgate masterkey\n"
)


def parse_keys(text: str) -> tuple[MasterKey, ...]:
    """Read keys; raises ``ValueError``, which does not show them."""
    words = ",".join(line.partition("#")[0] for line in text.splitlines()).split(",")
    keys = tuple(dict.fromkeys(_key(word.strip()) for word in words if word.strip()))
    if not keys:
        raise ValueError("holds no key")
    if len(keys) > MOST:
        raise ValueError("holds too many keys")
    return keys


def _key(word: str) -> MasterKey:
    try:
        secret = bytes.fromhex(word) if len(word) == 2 * KEY_BYTES else base64.b64decode(word, validate=True)
    except ValueError:
        raise ValueError(_WRONG) from None
    if len(secret) != KEY_BYTES:
        raise ValueError(_WRONG)
    return MasterKey(secret)


def written(keys: Iterable[MasterKey]) -> bytes:
    """Write keys as a file."""
    return (_HEADER + "".join(f"{key.secret.hex()}\n" for key in keys)).encode("ascii")
