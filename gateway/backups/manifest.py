"""What a backup says of itself: a manifest that anybody can read, and an index that takes the master key.

::

    backups/20261201T031500Z-4f2a.json    the manifest, written last: without it there is no backup
    objects/4f/<SHA-256 of the bytes>     pieces of the database, contents, indexes, keys, lists of objects

The manifest tells nothing of what files hold or are called. Objects are sealed, but for lists, which hold names of
objects, and keys, which are locked up with the passphrase.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

import orjson

from gateway.errors import Damaged, NotFound
from gateway.sealing import MasterKey

FORMAT: Final = 1
BACKUPS: Final = "backups"
OBJECTS: Final = "objects"
LONGEST: Final = 1024 * 1024
"""Bytes that a manifest may have."""

_NAME: Final = re.compile(r"[0-9]{8}T[0-9]{6}Z-[a-z0-9]{4}", re.ASCII)
_ID: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_MOST: Final = 1 << 53
_LATEST: Final = 253_402_300_799  # the end of the year 9999
_PURPOSE: Final = b"wristgate manifest 1"


@dataclass(frozen=True, slots=True)
class Part:
    """An object: the SHA-256 of its bytes, in hexadecimal, and their number."""

    id: str
    size: int

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Describe bytes."""
        return cls(hashlib.sha256(data).hexdigest(), len(data))

    @classmethod
    def read(cls, told: Any) -> Self:
        """Read one that was written as an object; raises ``Damaged``."""
        if type(told) is not dict or told.keys() != {"id", "size"}:
            raise Damaged
        return cls.checked(told["id"], told["size"])

    @classmethod
    def checked(cls, key: Any, size: Any) -> Self:
        """Give one that somebody else has written down; raises ``Damaged``."""
        if type(key) is not str or not _ID.fullmatch(key) or type(size) is not int or not 0 <= size < _MOST:
            raise Damaged
        return cls(key, size)

    @property
    def name(self) -> str:
        """Where it lies."""
        return f"{OBJECTS}/{self.id[:2]}/{self.id}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """One backup. ``keys``: ids of the master keys that it takes to read it; ``locked``: they are in it, locked up.

    ``index`` and ``list`` are objects; ``list`` says which objects the backup consists of. ``seal`` is what
    ``is_sealed_by`` looks at, of a manifest that was read. ``time`` is in Unix seconds.
    """

    name: str
    time: int
    release: str
    keys: tuple[str, ...]
    index: Part
    list: Part
    locked: Part | None
    objects: int
    size: int
    format: int = FORMAT
    seal: str = ""

    @property
    def path(self) -> str:
        """Where it lies."""
        return f"{BACKUPS}/{self.name}.json"

    def written(self, key: MasterKey) -> bytes:
        """Write it, with a hash that only who has the key can make; ``key`` is one of ``keys``."""
        told = self._told()
        return orjson.dumps({**told, "digest": _digest(told), "seal": _seal(told, key)}, option=orjson.OPT_INDENT_2)

    def is_sealed_by(self, keys: Iterable[MasterKey]) -> bool:
        """Say whether what was read was written with one of these keys."""
        told = self._told()
        return any(hmac.compare_digest(self.seal.encode(), _seal(told, key).encode()) for key in keys)

    def _told(self) -> dict[str, Any]:
        told = asdict(self)
        del told["seal"]
        return told

    @classmethod
    def read(cls, data: bytes, name: str) -> Self:
        """Read it; raises ``Damaged``, and ``NotFound`` for one of a newer release."""
        try:
            told: dict[str, Any] = orjson.loads(data)
            if told.get("format", FORMAT) > FORMAT:
                raise NotFound(f"the backup {name} is of a newer release: install that one")
            seal = _checked(told.pop("seal"), str)
            if told.pop("digest") != _digest(told) or told["name"] != name or not _NAME.fullmatch(name):
                raise Damaged
            told["keys"] = tuple(_checked(key, str) for key in _checked(told["keys"], list))
            for key in ("index", "list", "locked"):
                told[key] = None if told[key] is None and key == "locked" else Part.read(told[key])
            for key, most in (("time", _LATEST), ("objects", _MOST), ("size", _MOST)):
                if not 0 <= _checked(told[key], int) <= most:
                    raise Damaged
            _checked(told["release"], str)
            return cls(**told, seal=seal)
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
            raise Damaged from None


def _digest(told: dict[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _seal(told: dict[str, Any], key: MasterKey) -> str:
    text = orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
    return hmac.digest(key.derive(b"", _PURPOSE), text, "sha256").hex()


def _checked(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise Damaged
    return value


@dataclass(frozen=True, slots=True)
class Index:
    """What the objects are: pieces of the database in their order, each with the mark that tells it from others.

    ``contents`` has the object of each large content, by its place in the folder of contents.
    """

    pieces: tuple[tuple[str, Part], ...]
    contents: dict[str, Part]

    def written(self) -> bytes:
        """Write it."""
        pieces = [[mark, part.id, part.size] for mark, part in self.pieces]
        contents = {place: [part.id, part.size] for place, part in self.contents.items()}
        return orjson.dumps({"pieces": pieces, "contents": contents})

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Read it."""
        told = orjson.loads(data)
        return cls(
            tuple((mark, Part.checked(key, size)) for mark, key, size in told["pieces"]),
            {place: Part.checked(*part) for place, part in told["contents"].items()},
        )


def list_of(parts: "dict[str, Part]") -> bytes:
    """Write which objects a backup consists of."""
    return "".join(f"{part.id} {part.size}\n" for part in sorted(parts.values(), key=lambda part: part.id)).encode()


def parts_in(data: bytes) -> list[Part]:
    """Read that; raises ``Damaged``."""
    try:
        lines = (line.split(" ") for line in data.decode("ascii").splitlines())
        return [Part.checked(key, int(size)) for key, size in lines]
    except ValueError:
        raise Damaged from None
