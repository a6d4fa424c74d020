"""Work that responders hand over, and health checks."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.errors import Busy
from gateway.http import checkup
from gateway.http.checkup import Checkup
from gateway.http.work import WAITING, Work


def test_one_hash_and_a_bounded_queue() -> None:
    go = threading.Event()

    async def run() -> int:
        with ThreadPoolExecutor(1) as pool:
            work = Work(pool, pool, pool, lambda _write: None)  # type: ignore[arg-type,return-value]
            tasks = [asyncio.create_task(work.hash(go.wait, 30)) for _ in range(WAITING + 1)]
            await asyncio.sleep(0)
            with pytest.raises(Busy):
                await work.hash(go.wait, 30)
            go.set()
            done = await asyncio.gather(*tasks)
            await work.hash(go.wait, 30)
            return len(done)

    assert asyncio.run(run()) == WAITING + 1


def test_health_checks_are_shared_and_cannot_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup, "PATIENCE", 0.01)
    go, asked, now = threading.Event(), [], [0.0]

    def trouble() -> str | None:
        asked.append(1)
        go.wait(30)
        return None

    async def run() -> None:
        with ThreadPoolExecutor(1) as pool:
            health = Checkup(trouble, pool, lambda: now[0])
            reasons = await asyncio.gather(*(health.reason() for _ in range(5)))
            assert reasons == ["the database does not answer"] * 5
            assert len(asked) == 1
            go.set()
            monkeypatch.setattr(checkup, "PATIENCE", 30)
            assert await health.reason() is None
            before = len(asked)
            assert await health.reason() is None
            assert len(asked) == before
            now[0] += 10
            assert await health.reason() is None
            assert len(asked) == before + 1

    asyncio.run(run())
