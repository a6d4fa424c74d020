"""What is fuzzed: the promise, the seeds to begin with, and the mutations that know the format."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import ModuleType

from gateway.errors import FormatError
from gateway.formats import detect
from gateway.model import FileType
from tests.fuzz import fit_mutator, json_mutator, reading, writing, xml_mutator

HERE = Path(__file__).parent
ENDINGS = ("fit", "gpx", "tcx", "json")
FOLDERS = (HERE / "seeds", HERE.parents[1] / "tests" / "data" / "formats")
MUTATORS = {
    FileType.FIT: fit_mutator,
    FileType.GPX: xml_mutator,
    FileType.TCX: xml_mutator,
    FileType.JSON: json_mutator,
}
DAMAGED = 0.5
"""Share of the inputs of ``repair`` whose frame is left wrong."""

Raw = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Target:
    """``check`` raises ``AssertionError`` for an input that breaks a promise; ``endings`` are those of the seeds."""

    name: str
    check: Callable[[bytes], object]
    endings: tuple[str, ...]

    def seeds(self) -> list[Path]:
        """The committed files to begin with."""
        found = [path for folder in FOLDERS for path in folder.rglob("*") if path.suffix[1:] in self.endings]
        return sorted(path for path in found if not path.name.endswith((".golden.json", "reasons.json")))

    def mutator(self, data: bytes) -> ModuleType | None:
        """The only format's own; of several, that of the input, if it is of one."""
        if len(self.endings) == 1:
            return MUTATORS[FileType(self.endings[0])]
        try:
            return MUTATORS[detect(data)]
        except FormatError:
            return None

    def mutated(self, data: bytes, random: Random, raw: Raw) -> bytes:
        """Change an input by its format, or by ``raw``, which knows of none."""
        mutator = self.mutator(data)
        if mutator is None:
            return raw(data)
        made: bytes = mutator.mutate(data, random, raw)
        if self.name == "repair" and random.random() < DAMAGED:
            made = fit_mutator.damage(made, random, raw)
        return made

    def crossed(self, one: bytes, two: bytes, random: Random) -> bytes:
        """Put something of the second input into the first."""
        mutator = self.mutator(one)
        made: bytes = mutator.crossover(one, two, random) if mutator else one + two
        return made


TARGETS = {
    target.name: target
    for target in (
        Target("fit", reading.check_reading, ("fit",)),
        Target("gpx", reading.check_reading_of_runs, ("gpx",)),
        Target("tcx", reading.check_reading_of_runs, ("tcx",)),
        Target("json", reading.check_reading, ("json",)),
        Target("detect", reading.check_detecting, ENDINGS),
        Target("repair", writing.check_repairing, ("fit",)),
        Target("write", writing.check_writing, ("fit", "gpx", "tcx")),
    )
}
