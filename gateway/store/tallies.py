"""How many files were sent here, and what became of them."""

from typing import Final

from gateway.model import FileType
from gateway.store.noun import Noun

OTHER: Final = "other"
"""The type of what is none of ours."""


class Tallies(Noun):
    """Counts that only grow, whichever process takes a file in."""

    def stored(self, file_type: str | None, *, duplicate: bool) -> None:
        """Count a file that was taken in, or was there already."""
        self._count(file_type or OTHER, "same" if duplicate else "new")

    def refused(self, name: str) -> None:
        """Count a file that is damaged, or is none; its name says what it was to be."""
        ending = name.rpartition(".")[2].lower()
        self._count(ending if ending in list(FileType) else OTHER, "refused")

    def _count(self, file_type: str, result: str) -> None:
        self._run(
            """insert into tallies values (:type, :result, 1)
               on conflict (type, result) do update set count = count + 1""",
            type=file_type, result=result,
        )  # fmt: skip

    def all(self) -> list[tuple[str, str, int]]:
        """Give types, results and counts."""
        return [(row[0], row[1], row[2]) for row in self._run("select type, result, count from tallies")]
