"""The watch's ``Application.Storage``: small, and all that a restart leaves."""

from collections.abc import Iterator, MutableMapping
from typing import Any

import orjson

VALUE_LIMIT = 8 * 1024
TOTAL_LIMIT = 128 * 1024


class StorageFull(Exception):
    """A value over 8 KB, or more than 128 KB in all (``connectiq-platform.md``, "Sizes")."""


class Storage(MutableMapping[str, Any]):
    """A view of the mapping that outlives the app: hand the same one to the next ``Watch`` to restart it."""

    def __init__(self, kept: MutableMapping[str, Any]) -> None:
        self._kept = kept

    def __getitem__(self, key: str) -> Any:
        return self._kept[key]

    def __setitem__(self, key: str, value: object) -> None:
        size = _size(value)
        if size > VALUE_LIMIT:
            raise StorageFull(f"{key} has {size} bytes, a value has at most {VALUE_LIMIT}")
        total = size + sum(_size(other) for name, other in self._kept.items() if name != key)
        if total > TOTAL_LIMIT:
            raise StorageFull(f"{total} bytes in all, at most {TOTAL_LIMIT}")
        self._kept[key] = value

    def __delitem__(self, key: str) -> None:
        del self._kept[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)


def _size(value: object) -> int:
    return len(value) if isinstance(value, bytes) else len(orjson.dumps(value))
