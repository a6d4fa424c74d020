"""How much processor time several ways to do one thing take, by turns.

Not time on the wall: on a busy machine that favours what is short enough to fit between two interruptions.
"""

import math
import time
from collections.abc import Callable, Iterable, Mapping

Task = Callable[[], object]

TURN = 0.01
"""A turn repeats a task for so many seconds, once at least."""


def best(tasks: Mapping[str, Task], rounds: int) -> dict[str, float | str]:
    """The least processor time of each task in seconds, over so many turns of all; its error's name where one fails."""
    found: dict[str, float | str] = dict.fromkeys(tasks, math.inf)
    for _ in range(rounds):
        for name, task in tasks.items():
            known = found[name]
            if isinstance(known, float):
                found[name] = _turn(task, known)
    return found


def _turn(task: Task, shortest: float) -> float | str:
    until = time.thread_time() + TURN
    while True:
        began = time.thread_time()
        try:
            task()
        except Exception as error:  # noqa: BLE001  a rival may raise anything
            return type(error).__name__
        ended = time.thread_time()
        shortest = min(shortest, ended - began)
        if ended > until:
            return shortest


def geometric_mean(values: Iterable[float]) -> float:
    logarithms = [math.log(value) for value in values]
    return math.exp(sum(logarithms) / len(logarithms)) if logarithms else math.nan
