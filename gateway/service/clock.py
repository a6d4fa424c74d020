"""The time, as every service takes it."""

import time
from collections.abc import Callable

Clock = Callable[[], int]


def unix_time() -> int:
    """Give the current time in Unix seconds."""
    return int(time.time())
