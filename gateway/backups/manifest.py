"""What a backup says of itself: a manifest that anybody can read, and an index that takes the master key.

::

    backups/20261201T031500Z-4f2a.json    the manifest, written last: without it there is no backup
    objects/4f/<SHA-256 of the bytes>     pieces of the database, contents, indexes, keys, lists of objects

The manifest tells nothing of what files hold or are called. Objects are sealed, but for lists, which hold names of
objects, and keys, which are locked up with the passphrase.
"""

import hashlib
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

import orjson

from gateway.errors import Damaged, NotFound

FORMAT: Final = 1
BACKUPS: Final = "backups"
OBJECTS: Final = "objects"


@dataclass(frozen=True, slots=True)
class Part:
    """An object: the SHA-256 of its bytes, in hexadecimal, and their number."""

    id: str
    size: int

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Describe bytes."""
        return cls(hashlib.sha256(data).hexdigest(), len(data))

    @property
    def name(self) -> str:
        """Where it lies."""
        return f"{OBJECTS}/{self.id[:2]}/{self.id}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """One backup. ``keys``: ids of the master keys that it takes to read it; ``locked``: they are in it, locked up.

    ``index`` and ``list`` are objects; ``list`` says which objects the backup consists of. ``time`` is in Unix seconds.
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

    @property
    def path(self) -> str:
        """Where it lies."""
        return f"{BACKUPS}/{self.name}.json"

    def written(self) -> bytes:
        """Write it, with a hash of itself."""
        told = asdict(self)
        return orjson.dumps({**told, "digest": _digest(told)}, option=orjson.OPT_INDENT_2)

    @classmethod
    def read(cls, data: bytes, name: str) -> Self:
        """Read it; raises ``Damaged``, and ``NotFound`` for one of a newer release."""
        try:
            told: dict[str, Any] = orjson.loads(data)
            if told.get("format", FORMAT) > FORMAT:
                raise NotFound(f"the backup {name} is of a newer release: install that one")
            if told.pop("digest") != _digest(told):
                raise Damaged
            told["keys"] = tuple(told["keys"])
            for key in ("index", "list", "locked"):
                told[key] = told[key] and Part(**told[key])
            return cls(**told)
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
            raise Damaged from None


def _digest(told: dict[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()


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
            tuple((mark, Part(key, size)) for mark, key, size in told["pieces"]),
            {place: Part(*part) for place, part in told["contents"].items()},
        )


def list_of(parts: "dict[str, Part]") -> bytes:
    """Write which objects a backup consists of."""
    return "".join(f"{part.id} {part.size}\n" for part in sorted(parts.values(), key=lambda part: part.id)).encode()


def parts_in(data: bytes) -> list[Part]:
    """Read that; raises ``Damaged``."""
    try:
        return [Part(key, int(size)) for key, size in (line.split(" ") for line in data.decode("ascii").splitlines())]
    except ValueError:
        raise Damaged from None
