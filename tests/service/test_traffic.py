"""Counts of who uses the gateway: in memory, written down, forgotten."""

from pathlib import Path

from gateway.service.housekeeping import forget
from gateway.service.traffic import KEEP_DAYS, MOST, NOBODY, Traffic, report, write_down
from gateway.store import Store
from tests.keys import KEYRING

DAY = 24 * 3600
NOON = 1_780_000_000 // DAY * DAY + DAY // 2


class Clock:
    now = NOON

    def __call__(self) -> int:
        return self.now


def test_counts_add_up_over_days_and_failures(tmp_path: Path) -> None:
    clock, store = Clock(), Store(tmp_path, KEYRING, polite=True).open()
    traffic = Traffic(clock)
    traffic.count("a", 10, 1, 1, failed=False)
    traffic.count("a", 5, 2, 0, failed=True)
    lost = traffic.take()
    traffic.put_back(lost)
    clock.now += DAY
    traffic.count("a", 1, 1, 0, failed=False)
    store.write(write_down(traffic.take())).result()
    traffic.count("a", 1, 1, 0, failed=False)
    store.write(write_down(traffic.take())).result()
    assert traffic.take() == []
    used = [row.used for row in report(store, 2, clock=clock)]
    assert [(row.requests, row.received, row.sent, row.uploads, row.errors) for row in used] == [
        (2, 15, 3, 1, 1), (2, 2, 2, 0, 0),
    ]  # fmt: skip
    assert [row.used.requests for row in report(store, 1, clock=clock)] == [2]
    clock.now += KEEP_DAYS * DAY
    store.write(forget(clock)).result()
    assert [row.used for row in report(store, 2 * KEEP_DAYS, clock=clock)] == used[1:]
    store.close()


def test_memory_is_bounded() -> None:
    traffic = Traffic(Clock())
    for number in range(MOST + 5):
        traffic.count(str(number), 1, 1, 0, failed=False)
    taken = {row.sender: row.requests for row in traffic.take()}
    assert (len(taken), taken[NOBODY]) == (MOST + 1, 5)
