"""Reading and waiting for many at once: who shares an answer, and who wakes."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.errors import Busy, Unauthorized
from gateway.http import news as news_module
from gateway.http.news import News
from gateway.http.store.feed import Feed
from gateway.http.work import Work
from gateway.service.access import by_command
from gateway.service.keys import read_wish
from gateway.service.sync import Sync
from tests.service.harness import Services


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    running = Services(tmp_path)
    yield running
    running.store.close()


def work_in(pool: ThreadPoolExecutor, services: Services) -> Work:
    return Work(pool, pool, pool, services.store.write)


def test_the_same_question_is_answered_once_and_another_apart(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.add("a.txt", "/documents", b"a")
    services.add("b.txt", "/photos", b"b")
    everything = by_command(services.owner)
    folder = replace(everything, folder="/photos")
    asked: list[str | None] = []
    pull = Sync.pull

    def counted(sync: Sync, *args: object, **kwargs: object) -> object:
        asked.append("pull")
        return pull(sync, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Sync, "pull", counted)

    async def run() -> None:
        with ThreadPoolExecutor(1) as pool:
            feed = Feed(services.sync, work_in(pool, services), 100)
            first, again, inside = await asyncio.gather(
                *(feed.pull(access, None, 10) for access in (everything, everything, folder))
            )
        assert first is again
        assert feed.text(first) is feed.text(again)
        assert "/documents/a.txt" in feed.text(first)
        assert "/documents" not in feed.text(inside)
        assert "/photos/b.txt" in feed.text(inside)

    asyncio.run(run())
    assert len(asked) == 2


def test_no_answer_is_older_than_its_question(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """One who asks after a write shares nothing with those who asked before it, else it would ask again for ever."""
    access = by_command(services.owner)
    services.add("a.txt", "/documents", b"a")
    cursor = services.sync.state(access).cursor.encode()
    read, go_on = threading.Event(), threading.Event()
    pull = Sync.pull

    def held(sync: Sync, *args: object) -> object:
        pulled = pull(sync, *args)  # type: ignore[arg-type]
        if not read.is_set():
            read.set()
            go_on.wait(60)
        return pulled

    monkeypatch.setattr(Sync, "pull", held)

    async def run() -> None:
        with ThreadPoolExecutor(2) as pool:
            feed = Feed(services.sync, work_in(pool, services), 100)
            before = asyncio.create_task(feed.pull(access, cursor, 10))
            await asyncio.to_thread(read.wait, 60)
            services.add("b.txt", "/documents", b"b")
            after = asyncio.create_task(feed.pull(access, cursor, 10))
            await asyncio.sleep(0)
            go_on.set()
            assert (len((await before).changes), len((await after).changes)) == (0, 1)

    asyncio.run(run())


def test_who_is_shut_out_shares_nothing(services: Services) -> None:
    secret = services.write(services.keys.make(services.owner, read_wish("k", ["read"], None))).secret
    shut_out = services.access(secret)
    assert shut_out.key is not None
    services.write(services.keys.revoke(shut_out.key.id))

    async def run() -> None:
        with ThreadPoolExecutor(1) as pool:
            feed = Feed(services.sync, work_in(pool, services), 100)
            others = asyncio.create_task(feed.pull(by_command(services.owner), None, 10))
            await asyncio.sleep(0)  # the others' question is asked
            with pytest.raises(Unauthorized):
                await feed.pull(shut_out, None, 10)
            await others

    asyncio.run(run())


@pytest.mark.parametrize("place", ["project", "home"])
def test_news_of_the_project_and_of_the_home_wake(services: Services, place: str) -> None:
    """In the home stands that a credential has ended."""
    access = replace(by_command(services.owner), project="p" * 12, home="h" * 12)

    async def run() -> None:
        news, stopping = News(lambda _project: 0, lambda: 0), asyncio.Event()
        waiting = asyncio.create_task(news.wait(access, 0, 3600, stopping))
        await asyncio.sleep(0)
        news.announce({"o" * 12})
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not waiting.done()
        news.announce({getattr(access, place)})
        async with asyncio.timeout(60):
            await waiting
        stopping.set()

    asyncio.run(run())


def test_a_look_that_fails_is_made_again(monkeypatch: pytest.MonkeyPatch, services: Services) -> None:
    """The disk may fail just when the journal's head is asked for: what was written is told all the same."""
    monkeypatch.setattr(news_module, "LOOK_EVERY", 0)
    access = by_command(services.owner)
    written, failures = threading.Event(), [Busy()]

    def last(_project: str) -> int:
        if written.is_set() and failures:
            raise failures.pop()
        return int(written.is_set())

    async def run() -> None:
        news, stopping = News(last, lambda: 1 + written.is_set()), asyncio.Event()
        waiting = asyncio.create_task(news.wait(access, 0, 3600, stopping))
        for _ in range(10):
            await asyncio.sleep(0)
        written.set()
        async with asyncio.timeout(60):
            await waiting
        stopping.set()

    asyncio.run(run())
    assert not failures
