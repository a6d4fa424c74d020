"""The time, as every service takes it, and where the future begins."""

import time
from collections.abc import Callable
from typing import Final

from gateway.store import Transaction

AHEAD: Final = 24 * 3600
"""Seconds by which a watch's clock may be ahead."""

Clock = Callable[[], int]


def unix_time() -> int:
    """Give the current time in Unix seconds."""
    return int(time.time())


def latest(transaction: Transaction, project: str, now: int) -> int:
    """Give the last moment that is not in the future: the gateway's own clock may have lost its time."""
    return max(now, transaction.journal.newest(project)) + AHEAD
