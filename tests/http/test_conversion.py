"""How requests that wait for conversions share them."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from falcon.asgi import Response
from falcon.testing import create_asgi_req

from gateway.errors import Busy, Gone
from gateway.http.conversion import OF_ONE, ROUNDS, WAITING, Converting
from gateway.http.request import Request
from gateway.http.watch.files import Download
from gateway.http.watch.native import Native
from gateway.http.work import Work
from gateway.model import Conversion, DeviceType, FileEntry, FileType, PairedDevice
from gateway.service.offers import Offer
from tests.http.test_native import gpx_track
from tests.service.harness import CAP, Services

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
        work = Work(thread, thread, thread, submit)
        yield Converting(slow, work, thread)  # type: ignore[arg-type]
        slow.go.set()


def offer(points: int, **more: bool) -> Offer:
    return Offer(ENTRY, 0, Conversion(b"s", "gpx", points, 100), **{"ready": False, **more})


def device(name: str = "watch") -> PairedDevice:
    return PairedDevice(name, "u", "p", DeviceType.GARMIN, name, name, None, (), 0, None, None, 0, None)


async def ask(converting: Converting, slow: Slow, points: int, name: str = "watch") -> int:
    """What a responder does: look, have it made, look again."""

    async def look() -> tuple[Offer, int]:
        return offer(points, ready=any(made.points == points for made in slow.made)), points

    return (await converting.ready(device(name), look))[1]


def test_those_who_want_the_same_share_it(slow: Slow, converting: Converting) -> None:
    async def all_of_them() -> list[int]:
        asked = [asyncio.create_task(ask(converting, slow, points)) for points in (5, 5, 6, 5)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        asked[0].cancel()  # a watch that went away takes nothing from the others
        slow.go.set()
        return await asyncio.gather(*asked[1:])

    assert asyncio.run(all_of_them()) == [5, 6, 5]
    assert [conversion.points for conversion in slow.made] == [5, 6]


def test_more_than_there_is_room_for_are_busy(slow: Slow, converting: Converting) -> None:
    async def crowd() -> None:
        begun = []
        for n in range(WAITING):
            begun += converting.begin(device(str(n)), [Conversion(b"s", "gpx", 20 + n, 100)])
        assert len(begun) == WAITING
        with pytest.raises(Busy, match="many files"):
            await ask(converting, slow, 5)
        slow.go.set()
        await asyncio.gather(*begun)
        assert await ask(converting, slow, 5) == 5

    asyncio.run(crowd())
    assert len(slow.made) == WAITING + 1


def test_one_device_leaves_room_for_others(slow: Slow, converting: Converting) -> None:
    async def crowd() -> None:
        begun = converting.begin(device(), [Conversion(b"s", "gpx", points, 100) for points in range(20, 99)])
        assert len(begun) == OF_ONE
        with pytest.raises(Busy, match="this device"):
            await ask(converting, slow, 5)
        other = asyncio.create_task(ask(converting, slow, 5, "other"))
        await asyncio.sleep(0)
        slow.go.set()
        assert await other == 5

    asyncio.run(crowd())
    assert len(slow.made) == OF_ONE + 1


def test_what_nobody_waits_for_any_more_leaves_the_queue(slow: Slow, converting: Converting) -> None:
    async def crowd() -> None:
        running, *waiting = [asyncio.create_task(ask(converting, slow, n, str(n))) for n in (5, 6, 7)]
        for _ in range(2):
            await asyncio.sleep(0)
        waiting[0].cancel()
        await asyncio.wait([waiting[0]])
        again = asyncio.create_task(ask(converting, slow, 8, "6"))  # its place is free at once
        slow.go.set()
        assert await asyncio.gather(running, waiting[1], again) == [5, 7, 8]

    asyncio.run(crowd())
    assert [conversion.points for conversion in slow.made] == [5, 7, 8]


def test_a_list_waits_for_all_that_is_unprepared_two_at_a_time(slow: Slow, converting: Converting) -> None:
    slow.go.set()
    wanted = [Conversion(b"s", "gpx", points, 100) for points in (12, 13, 14, 15, 16)]  # 13 fails
    asyncio.run(converting.prepare(device(), wanted))
    assert slow.made == wanted


def test_a_failure_reaches_who_waits_and_nobody_else(slow: Slow, converting: Converting) -> None:
    slow.go.set()

    async def twice() -> None:
        await converting.prepare(device(), [Conversion(b"s", "gpx", 13, 100)])
        slow.made.clear()
        with pytest.raises(Gone):
            await ask(converting, slow, 13)

    asyncio.run(twice())
    assert len(slow.made) == 1


def test_what_is_ready_is_not_made_but_noted_now_and_then(slow: Slow, converting: Converting) -> None:
    async def each() -> None:
        for found in (offer(5, ready=True), offer(6, ready=True, news=True), Offer(ENTRY, 0)):

            async def look(found: Offer = found) -> tuple[Offer, None]:
                return found, None

            assert (await converting.ready(device(), look))[0] is found

    asyncio.run(each())
    assert [conversion.points for conversion in slow.touched] == [6]
    assert slow.made == []


class Changing:
    """Conversions of a file that is replaced while the first ``times`` of them run."""

    def __init__(self, services: Services, times: int) -> None:
        self.services = services
        self.left = times

    def make(self, conversion: Conversion) -> Callable[[Any], None]:
        write = self.services.conversions.make(conversion)
        if self.left:
            self.left -= 1
            self.services.add("tour.gpx", data=gpx_track(5000 + self.left))
            self.services.write(lambda transaction: transaction.conversions._run("delete from conversions"))
        return write

    def touch(self, conversion: Conversion) -> Callable[[Any], None]:
        return self.services.conversions.touch(conversion)


@pytest.mark.parametrize("times", [0, 1, ROUNDS - 1, ROUNDS])
@pytest.mark.parametrize("kind", ["native", "download"])
def test_a_file_that_changes_while_it_is_converted(tmp_path: Path, kind: str, times: int) -> None:
    services = Services(tmp_path)
    caller = services.pair()
    key = services.add("tour.gpx", data=gpx_track(5500)).file.id
    services.write(lambda transaction: transaction.conversions._run("delete from conversions"))

    async def get() -> bytes:
        req = create_asgi_req(req_type=Request)
        req.context = SimpleNamespace(caller=caller)
        resp = Response()
        with ThreadPoolExecutor(1) as threads, ThreadPoolExecutor(1) as thread:
            work = Work(threads, threads, threads, services.store.write)
            converting = Converting(Changing(services, times), work, thread)  # type: ignore[arg-type]
            responder = {
                "native": Native(FileType.GPX, services.deliveries, work, converting),
                "download": Download(services.deliveries, work, converting),
            }[kind]
            await responder.on_get(req, resp, key)
        return resp.data or b""

    try:
        if times == ROUNDS:
            with pytest.raises(Busy, match="keeps changing"):
                asyncio.run(get())
        else:
            data = asyncio.run(get())
            assert f"t{5000 if times else 5500}".encode() in data if kind == "native" else b'"crc"' in data
            assert len(data) <= CAP
    finally:
        services.store.close()
