"""What is decided about files in a drop folder: which are left alone, which are whole, what they are called afterwards.

All are decisions over values; times are Unix seconds.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Final

from gateway.service.membernames import cleaned_name, shortened
from gateway.service.paths import NAME_BYTES, numbered

DONE: Final = "done"
FAILED: Final = "failed"
REASON: Final = ".reason.txt"
SETTLE: Final = 2.0  # seconds for which a file must stay as it is
UNSURE: Final = 10.0  # the same, where the system does not tell whether somebody writes
PATIENCE: Final = 300.0  # seconds that one that is cut short gets: who copies or writes in place may pause

_MARK_BYTES: Final = 16  # of a number in a name
# Hidden are the unfinished files of Syncthing, rsync, Nextcloud, Unison and Android, and LibreOffice's locks.
_LEFT_ALONE: Final = re.compile(
    r"""\. .* | ~\$ .* | ~syncthing~ .* | thumbs\.db | desktop\.ini
    | .* (~ | \.part | \.partial | \.filepart | \.crdownload | \.download | \.aria2 | \.tmp | \.temp | \.!sync | \.!ut
    | \.reason\.txt)""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Sight:
    """How a file looks from outside; nobody writes to it and leaves it looking the same."""

    inode: int
    size: int
    mtime: int
    ctime: int

    @property
    def changed(self) -> float:
        """When it was last changed, as far as it says."""
        return max(self.mtime, self.ctime) / 1e9


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a file: it goes ``into`` a folder, with a ``reason`` beside it where that is for failures."""

    into: str
    told: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A file that has looked the same ``since``.

    It is not looked into before ``again``, for it ``waits`` for something. ``settled``: it was taken or refused, and
    has yet to be moved.
    """

    sight: Sight
    since: float
    again: float = 0.0
    waits: str = ""
    settled: Settled | None = None


def is_left_alone(name: str) -> bool:
    """Say whether a name is that of a file which some tool has not finished, or which nobody means to drop."""
    return _LEFT_ALONE.fullmatch(name) is not None


def noticed(sight: Sight, before: Seen | None, now: float) -> Seen:
    """Give what is known of a file after another look at it; a clock that was set back begins anew."""
    if before is None or before.sight != sight or now < before.since:
        return Seen(sight, now)
    return before


def waits_for(seen: Seen, now: float) -> float:
    """Give the seconds until a file is to be taken, if it stays as it is; none: it is whole."""
    return max(0.0, seen.since + SETTLE - now, seen.again - now)


def quiet(seen: Seen, now: float) -> float:
    """Give the seconds for which nobody has touched a file."""
    return now - min(seen.since, seen.sight.changed)


def names_for(name: str, room: int = 0) -> Iterator[str]:
    """Give one name after the other for a file that is moved: its own, then ``run (2).fit``.

    Each leaves ``room`` bytes for what is put behind it. A name that is no UTF-8 stays while it needs no number.
    """
    most, plain = NAME_BYTES - room, cleaned_name(name) or "file"
    yield name if len(os.fsencode(name)) <= most else shortened(plain, most)
    for n in count(2):
        yield numbered(shortened(plain, most - _MARK_BYTES), n)
