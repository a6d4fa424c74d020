"""The fuzzer's promises without the fuzzer: for its seeds, for what once broke one, and for some mutations of them.

``make fuzz`` looks further, guided by what the inputs reach.
"""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.formats import read
from gateway.formats.fit.header import parts
from tests.fuzz import fit_mutator
from tests.fuzz.fit_parts import put_together, take_apart
from tests.fuzz.targets import TARGETS

SEEDS = {name: [path.read_bytes() for path in target.seeds()] for name, target in TARGETS.items()}
LARGEST = 20_000


def scrambled(data: bytes, random: Random) -> bytes:
    """A blind mutation in the place of libFuzzer's."""
    made = bytearray(data)
    for _ in range(random.randint(1, 4)):
        if made:
            made[random.randrange(len(made))] = random.randrange(256)
    return bytes(made)


@pytest.mark.parametrize(
    ("name", "path"),
    [(name, path) for name, target in TARGETS.items() for path in target.seeds()],
    ids=lambda value: value.name if isinstance(value, Path) else value,
)
def test_seeds_keep_the_promises(name: str, path: Path) -> None:
    TARGETS[name].check(path.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
@given(st.data())
def test_mutations_keep_the_promises(name: str, data: st.DataObject) -> None:
    target, random = TARGETS[name], Random(data.draw(st.integers(0, 2**32)))
    one, two = (data.draw(st.sampled_from(SEEDS[name])) for _ in range(2))
    made = target.mutated(one, random, lambda piece: scrambled(piece, random))
    target.check(target.crossed(made, two, random)[:LARGEST])


@given(st.sampled_from(SEEDS["fit"]), st.integers(0, 2**32))
def test_mutated_fit_files_have_a_right_frame(seed: bytes, number: int) -> None:
    """Else the CRC would be all that is ever tested."""
    random = Random(number)
    divided = take_apart(seed)
    fit_mutator._redefine(divided[0], random, bytes)
    fit_mutator._insert(divided[-1], random, bytes)
    assert len(parts(put_together(divided[:32], random))) == len(divided[:32])


@pytest.mark.parametrize("path", [path for path in TARGETS["fit"].seeds() if path.parent.name == "valid"])
def test_taking_apart_and_putting_together_changes_no_message(path: Path) -> None:
    data = path.read_bytes()
    assert read(put_together(take_apart(data), Random(0))) == read(data)
