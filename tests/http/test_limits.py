"""Limits a minute."""

import pytest

from gateway.errors import RateLimited
from gateway.http import limits
from gateway.http.limits import Limit


class Clock:
    def __init__(self) -> None:
        self.now = 120.0

    def __call__(self) -> float:
        return self.now


def test_fixed_windows_for_each_key() -> None:
    clock = Clock()
    limit = Limit(2, clock)
    limit.hit("a")
    limit.hit("a")
    limit.hit("b")
    clock.now = 150.0
    with pytest.raises(RateLimited) as caught:
        limit.hit("a")
    assert caught.value.wait == 30
    limit.forgive("a")
    limit.hit("a")
    with pytest.raises(RateLimited):
        limit.hit("a")
    limit.forgive("nobody")
    clock.now = 180.0
    limit.hit("a")


def test_zero_is_no_limit() -> None:
    limit = Limit(0)
    for _ in range(1000):
        limit.hit("a")


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_KEYS", 10)
    limit = Limit(1, Clock())
    for n in range(1000):
        limit.hit(str(n))
    assert len(limit._hits) <= 10
