"""In which order the moves of one batch are done, so that none stands in another's way.

Files that swap their names, or pass them round, all move at once in their owner's mind; done one by one, each would
find its place taken. What moves to a place that another one leaves waits for it; a ring of them is opened by moving one
aside first. Every step leaves a tree that can be, so that a reader of the journal can follow.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the move ``key``, to its target or (``aside``) to some place of its own for a while."""

    key: int
    aside: bool = False


def ordered(moves: Mapping[int, tuple[str, str]]) -> list[list[Step]]:
    """Order moves, each (from, to) with both paths folded; no two start from the same path.

    Gives groups of steps that belong together: one move, or a ring. Moves that wait for none keep their order.
    """
    sources = {source: key for key, (source, _) in moves.items()}
    groups: list[list[Step]] = []
    done: set[int] = set()
    for first in moves:
        chain: list[int] = []
        key: int | None = first
        while key is not None and key not in done:
            done.add(key)
            chain.append(key)
            key = sources.get(moves[key][1])
        if key in chain and len(chain) - chain.index(key) > 1:
            ring = chain[chain.index(key) :]
            groups.append([Step(ring[0], aside=True), *map(Step, reversed(ring[1:])), Step(ring[0])])
            chain = chain[: chain.index(key)]
        groups += [[Step(key)] for key in reversed(chain)]
    return groups
