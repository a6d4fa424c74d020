"""How requests that wait for conversions share them."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from gateway.errors import Busy, Gone
from gateway.http.conversion import WAITING, Converting
from gateway.http.work import Work
from gateway.model import Conversion, FileEntry
from gateway.service.offers import Offer

ENTRY = FileEntry("f", "p", "/routes/a.gpx", 1, b"s", 9, "gpx", None, 0)


class Slow:
    """Conversions that end when the test says so."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.made: list[Conversion] = []
        self.touched: list[Conversion] = []

    def make(self, conversion: Conversion) -> Callable[[Any], None]:
        self.go.wait(30)
        self.made.append(conversion)
        if conversion.points == 13:
            raise Gone("the file has changed")
        return lambda _transaction: None

    def touch(self, conversion: Conversion) -> Callable[[Any], None]:
        self.touched.append(conversion)
        return lambda _transaction: None


def submit(write: Callable[[Any], Any]) -> "Future[Any]":
    future: Future[Any] = Future()
    future.set_result(write(None))
    return future


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
def converting(slow: Slow) -> Iterator[Converting]:
    with ThreadPoolExecutor(1) as thread:
        work = Work(thread, thread, submit)
        yield Converting(slow, work, thread)  # type: ignore[arg-type]
        slow.go.set()


def offer(points: int, **more: bool) -> Offer:
    return Offer(ENTRY, 0, Conversion(b"s", "gpx", points, 100), **{"ready": False, **more})


def test_those_who_want_the_same_share_it(slow: Slow, converting: Converting) -> None:
    async def ask() -> list[bool]:
        asked = [asyncio.create_task(converting.made(offer(points))) for points in (5, 5, 6, 5)]
        await asyncio.sleep(0)
        asked[0].cancel()  # a watch that went away takes nothing from the others
        slow.go.set()
        return await asyncio.gather(*asked[1:])

    assert asyncio.run(ask()) == [True] * 3
    assert [conversion.points for conversion in slow.made] == [5, 6]


def test_more_than_there_is_room_for_are_busy(slow: Slow, converting: Converting) -> None:
    async def ask() -> None:
        begun = converting.begin(Conversion(b"s", "gpx", points, 100) for points in range(20, 99))
        assert len(begun) == WAITING
        with pytest.raises(Busy):
            await converting.made(offer(5))
        slow.go.set()
        await asyncio.gather(*begun)
        assert await converting.made(offer(5))

    asyncio.run(ask())
    assert len(slow.made) == WAITING + 1


def test_a_failure_reaches_who_waits_and_nobody_else(slow: Slow, converting: Converting) -> None:
    slow.go.set()

    async def ask() -> None:
        await converting.prepare([Conversion(b"s", "gpx", 13, 100)])
        with pytest.raises(Gone):
            await converting.made(offer(13))

    asyncio.run(ask())
    assert len(slow.made) == 2


def test_what_is_ready_is_not_made_but_noted_now_and_then(slow: Slow, converting: Converting) -> None:
    async def ask() -> list[bool]:
        return [
            await converting.made(offer(5, ready=True)),
            await converting.made(offer(6, ready=True, news=True)),
            await converting.made(Offer(ENTRY, 0)),
        ]

    assert asyncio.run(ask()) == [False] * 3
    assert [conversion.points for conversion in slow.touched] == [6]
    assert slow.made == []
