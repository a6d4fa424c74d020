"""One fuzz target: ``python -m tests.fuzz.target NAME [libFuzzer's arguments, corpora, files]``.

A file instead of a corpus is run once: that is how to look at what ``make fuzz`` kept. The limits: an input costs at
most ``CPU_SECONDS`` of processor time, and the process gets no more than ``ROOM`` beyond what it has at the start.
"""

import resource
import sys
import time
from pathlib import Path
from random import Random

import atheris

with atheris.instrument_imports(include=["gateway.formats"]):
    from tests.fuzz.targets import TARGETS, Target

CPU_SECONDS = 1.0
ROOM = 768 * 2**20


def mutated(target: Target, data: bytes, most: int, seed: int) -> bytes:
    """An input for libFuzzer, at most ``most`` bytes."""
    made = target.mutated(data, Random(seed), lambda piece: atheris.Mutate(piece, len(piece) + 64))
    return made if len(made) <= most else atheris.Mutate(data, most)


def crossed(target: Target, one: bytes, two: bytes, most: int, seed: int) -> bytes:
    made = target.crossed(one, two, Random(seed))
    return made if len(made) <= most else one


def run(target: Target, data: bytes) -> None:
    """Check one input within the budget."""
    before = time.thread_time()
    target.check(data)
    spent = time.thread_time() - before
    assert spent < CPU_SECONDS, f"{spent:.2f} s for {len(data)} bytes"


def main(target: Target, arguments: list[str]) -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + ROOM
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    atheris.Setup(
        [sys.argv[0], *arguments],
        lambda data: run(target, data),
        custom_mutator=lambda data, most, seed: mutated(target, data, most, seed),
        custom_crossover=lambda one, two, most, seed: crossed(target, one, two, most, seed),
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main(TARGETS[sys.argv[1]], sys.argv[2:])
