"""The order of moves: any moves at all, done step by step on any tree."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from gateway.service.moves import Step, ordered

Moves = dict[int, tuple[str, str]]
PLACES = st.sampled_from("abcdefgh")


@st.composite
def moves(draw: st.DrawFn) -> Moves:
    """Moves of which no two start from the same place."""
    sources = draw(st.lists(PLACES, unique=True))
    return {key: (source, draw(PLACES)) for key, source in enumerate(sources)}


@st.composite
def permutations(draw: st.DrawFn) -> Moves:
    """Moves of which no two start or end in the same place: chains and rings."""
    sources, targets = draw(st.permutations("abcdefgh")), draw(st.permutations("abcdefgh"))
    length = draw(st.integers(0, 8))
    return dict(enumerate(zip(sources[:length], targets[:length], strict=True)))


def steps(some: Moves) -> list[Step]:
    return [step for group in ordered(some) for step in group]


@given(moves())
def test_every_move_is_done_once_and_goes_aside_at_most_once_before(some: Moves) -> None:
    order = steps(some)
    assert Counter(step.key for step in order if not step.aside) == dict.fromkeys(some, 1)
    aside = [step.key for step in order if step.aside]
    assert len(aside) == len(set(aside))
    for key in aside:
        assert order.index(Step(key, aside=True)) < order.index(Step(key))


@given(moves())
def test_what_goes_aside_comes_back_in_its_group(some: Moves) -> None:
    for group in ordered(some):
        keys = [step.key for step in group]
        if len(group) > 1:
            assert group[0] == Step(keys[0], aside=True)
            assert group[-1] == Step(keys[0])
            assert not any(step.aside for step in group[1:])


@given(moves())
def test_no_step_meets_what_has_still_to_move(some: Moves) -> None:
    waiting = {source: key for key, (source, _) in some.items()}
    for step in steps(some):
        source, target = some[step.key]
        waiting.pop(source, None)
        if not step.aside and source != target:
            assert target not in waiting


@given(permutations())
def test_chains_and_rings_end_where_all_at_once_would(some: Moves) -> None:
    """On a tree with a file at every source, and nothing else."""
    tree = {source: key for key, (source, _) in some.items()}
    beside: dict[int, int] = {}
    for step in steps(some):
        source, target = some[step.key]
        if step.aside:
            beside[step.key] = tree.pop(source)
            continue
        file = beside.pop(step.key) if step.key in beside else tree.pop(source)
        assert target not in tree
        tree[target] = file
    assert tree == {target: key for key, (_, target) in some.items()}
    assert not beside


@given(st.sets(PLACES))
def test_moves_that_wait_for_none_keep_their_order(names: set[str]) -> None:
    some = {key: (name, name.upper()) for key, name in enumerate(names)}
    assert [step.key for step in steps(some)] == list(some)


class Counting(dict[int, tuple[str, str]]):
    """Moves that count how often they are looked at."""

    looks = 0

    def __getitem__(self, key: int) -> tuple[str, str]:
        self.looks += 1
        return super().__getitem__(key)


def test_a_thousand_moves_take_a_look_or_two_each() -> None:
    for last in ("999", "0", "500"):
        some = Counting({n: (str(n), str(n + 1) if n < 998 else last) for n in range(999)})
        assert len(steps(some)) in {999, 1000}
        assert some.looks <= 2 * len(some)
