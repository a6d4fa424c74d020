"""Changes as they go up and come down."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from gateway.client.fields import Raw, flag, objects, onward, text
from gateway.client.results import Change
from gateway.client.session import nonce
from gateway.client.transport import Transport


@dataclass(frozen=True, slots=True)
class Put:
    """``path`` has the bytes of this hash and size now; ``base`` is the version before, 0 of a new file.

    ``nonce`` makes it safe to repeat, in all changes.
    """

    path: str
    sha256: str
    size: int
    base: int = 0
    mtime: int | None = None
    id: str | None = None
    nonce: str = field(default_factory=nonce)

    def told(self) -> dict[str, Any]:
        """Write it for a push."""
        return _told(self, "put", sha256=self.sha256, size=self.size, mtime=self.mtime)


@dataclass(frozen=True, slots=True)
class Move:
    """What was at ``path`` is at ``to`` now."""

    path: str
    to: str
    base: int
    id: str | None = None
    nonce: str = field(default_factory=nonce)

    def told(self) -> dict[str, Any]:
        """Write it for a push."""
        return _told(self, "move", to=self.to)


@dataclass(frozen=True, slots=True)
class Delete:
    """There is nothing at ``path`` any more."""

    path: str
    base: int
    id: str | None = None
    nonce: str = field(default_factory=nonce)

    def told(self) -> dict[str, Any]:
        """Write it for a push."""
        return _told(self, "delete")


def _told(change: Put | Move | Delete, op: str, **more: object) -> dict[str, Any]:
    told = {"n": change.nonce, "op": op, "path": change.path, "base": change.base, "id": change.id, **more}
    return {key: value for key, value in told.items() if value is not None}


def pulled(transport: Transport, cursor: str | None, wait: int, limit: int | None) -> Iterator[Change]:
    """Pull page after page; ``wait`` seconds for something where there is nothing yet."""
    while True:
        query = {"cursor": cursor, "wait": wait or None, "limit": limit}
        raw = transport.ask("GET", "sync/pull", query, wait=wait)
        changes, _ = page(raw, cursor)
        yield from changes
        if not flag(raw, "has_more"):
            return
        cursor = onward(raw, "cursor", cursor)


def page(raw: Raw, before: str | None) -> tuple[list[Change], str]:
    """Read changes that came behind the cursor ``before``, and the cursor behind them."""
    after = text(raw, "cursor")
    entries = objects(raw, "changes")
    cursors = [before] * (len(entries) - 1) + [after]
    return [Change.read(entry, cursor) for entry, cursor in zip(entries, cursors, strict=False)], after
