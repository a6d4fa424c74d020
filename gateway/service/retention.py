"""What is kept and for how long: decisions over values.

A version is kept while it is its file's head, among the file's last so many, or young; a deleted file and a refused
upload while they are young. What is kept longer by a folder's own rule is for the files of that folder and of those in
it; of several rules the one for the longest folder holds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from gateway.service.paths import fold

DAY: Final = 24 * 3600
REFUSED: Final = 30 * DAY
SIGN_IN: Final = 90 * DAY
ORPHAN: Final = DAY
"""A file in the folder of contents may wait so long for the row that names it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """For a folder (``/``: all): each file's last ``versions`` are kept, and those not older than ``age`` seconds."""

    folder: str
    versions: int
    age: int


@dataclass(frozen=True, slots=True)
class Policy:
    """All rules, the one for ``/`` among them, and the ages in seconds up to which trash and refused uploads stay."""

    rules: tuple[Rule, ...]
    trash: int
    refused: int = REFUSED

    @property
    def fewest(self) -> int:
        """The number of versions that every file may keep, whatever its folder."""
        return min(rule.versions for rule in self.rules)

    def rule(self, path: str) -> Rule:
        """Give the rule for a file."""
        folded = fold(path)
        holding = [rule for rule in self.rules if folded.startswith(f"{fold(rule.folder).rstrip('/')}/")]
        return max(holding, key=lambda rule: len(rule.folder))

    def at_age(self, age: int) -> "Policy":
        """Give the same policy with one age for all that has one; 0 is whatever has an age, this very second's too."""
        age = age or -1
        return Policy(tuple(replace(rule, age=age) for rule in self.rules), age, age)


def policy(versions: int, days: int, folders: Iterable[tuple[str, int, int]], trash_days: int) -> Policy:
    """Make a policy of what settings say: numbers of versions and days, for folders (folder, versions, days) too."""
    own = tuple(Rule(folder, number, age * DAY) for folder, number, age in folders)
    return Policy((Rule("/", versions, days * DAY), *own), trash_days * DAY)


def superseded(versions: Sequence[tuple[int, int]], rule: Rule, now: int) -> list[int]:
    """Say which versions, given as (number, moment) in any order, need not be kept, oldest first.

    The newest is the head. A moment in the future is a young one.
    """
    ordered = sorted(versions)
    return [number for number, time in ordered[: -max(1, rule.versions)] if is_over(time, rule.age, now)]


def is_over(time: int, age: int, now: int) -> bool:
    """Say whether what began at ``time`` is older than ``age``."""
    return now - time > age
