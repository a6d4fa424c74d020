"""The text of master keys, in hexadecimal: one a line, or with commas between. The first seals, the others only open.

``#`` begins a remark.
"""

from collections.abc import Iterable
from typing import Final

from gateway.sealing.masterkey import KEY_BYTES, MasterKey

MOST: Final = 1000  # keys

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
    if len(word) != 2 * KEY_BYTES:
        raise ValueError(f"a master key has {2 * KEY_BYTES} hexadecimal digits, this one {len(word)}")
    try:
        return MasterKey(bytes.fromhex(word))
    except ValueError:
        raise ValueError("a master key has hexadecimal digits only") from None


def written(keys: Iterable[MasterKey]) -> bytes:
    """Write keys as a file."""
    return (_HEADER + "".join(f"{key.secret.hex()}\n" for key in keys)).encode("ascii")
