"""Which files ``wristgate upload`` has sent already: a small JSON file of their sizes and times."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

_TITLE: Final = "sent by wristgate upload"


@dataclass(frozen=True, slots=True)
class State:
    """A file as it was: its size, and its time in nanoseconds."""

    size: int
    mtime: int


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a file in this state; ``refused`` is the reason, None of one that was taken."""

    state: State
    refused: str | None


class Remembered:
    """The fates of files for one ``purpose``, a gateway and a folder of it; without a path nothing is remembered."""

    def __init__(self, path: Path | None, purpose: str, all_fates: dict[str, dict[str, Fate]]) -> None:
        self._path = path
        self._all = all_fates
        self._fates = all_fates.setdefault(purpose, {})

    @classmethod
    def load(cls, path: Path | None, purpose: str) -> Self:
        """Read what was saved; raises ``ValueError`` for a file that is something else."""
        if path is None or not path.exists():
            return cls(path, purpose, {})
        match json.loads(path.read_bytes()):
            case {"title": str(title), "for": dict(purposes)} if title == _TITLE:
                return cls(path, purpose, {name: _fates(rows) for name, rows in purposes.items()})
        raise ValueError("not what was sent")

    def of(self, file: Path) -> Fate | None:
        """Give what became of a file as it is now; raises ``OSError``."""
        known = self._fates.get(_name(file))
        return known if known and known.state == self.look(file) else None

    @staticmethod
    def look(file: Path) -> State:
        """Look at a file; raises ``OSError``."""
        status = file.stat()
        return State(status.st_size, status.st_mtime_ns)

    def note(self, file: Path, state: State, refused: str | None) -> None:
        """Remember what became of a file that was like this before it was sent."""
        if self._path is not None:
            self._fates[_name(file)] = Fate(state, refused)

    def save(self) -> None:
        """Write it all, in the place of what was there; raises ``OSError``."""
        if self._path is None:
            return
        told = {
            purpose: {name: [fate.state.size, fate.state.mtime, fate.refused] for name, fate in fates.items()}
            for purpose, fates in self._all.items()
        }
        fresh = self._path.with_name(f"{self._path.name}.new")
        fresh.write_text(json.dumps({"title": _TITLE, "for": told}))
        fresh.replace(self._path)


def _name(file: Path) -> str:
    return str(file.absolute())


def _fates(rows: object) -> dict[str, Fate]:
    if not isinstance(rows, dict):
        raise ValueError("not what was sent")  # noqa: TRY004 - it is the file that is wrong
    return {name: _fate(row) for name, row in rows.items()}


def _fate(row: object) -> Fate:
    match row:
        case [int(size), int(mtime), None | str() as refused]:
            return Fate(State(size, mtime), refused)
        case _:
            raise ValueError("not what was sent")
