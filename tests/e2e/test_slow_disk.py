"""A disk that takes its time: what is written waits, what is read does not, and nothing is answered too early."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import apsw

from tests.e2e import content
from tests.e2e.client import Device, pair
from tests.e2e.contract import Answer
from tests.e2e.program import GUARD, Program, wait_until

UPLOADS = 4


@contextmanager
def no_write_ends(program: Program) -> Iterator[None]:
    """Hold the one place in which a commit is made, as a disk does that is busy with something else."""
    connection = apsw.Connection(str(program.data / "wristgate.db"))
    try:
        connection.execute("begin immediate")
        yield
        connection.execute("rollback")
    finally:
        connection.close()


def test_reading_goes_on_and_writing_waits(program: Program) -> None:
    with pair(program) as watch, ThreadPoolExecutor(UPLOADS) as pool:
        assert watch.upload("first.fit", content.small(100)).status == 200
        with no_write_ends(program):
            waiting = [pool.submit(_upload, watch, number) for number in range(UPLOADS)]
            for _ in range(20):
                assert watch.value("GET", "status")["up"] == 1
                assert len(watch.listed("&all=1")) == 0
            assert not any(future.done() for future in waiting)
        answers = [_answer(future) for future in waiting]
        assert all(answer.status == 200 or answer.word == "busy" for answer in answers), answers
        done = sum(answer.status == 200 for answer in answers)
        assert done
        wait_until(lambda: watch.value("GET", "status")["up"] == 1 + done, "what was answered is there")


def _upload(watch: Device, number: int) -> Answer:
    with watch.twin() as twin:
        return twin.upload(f"run{number}.fit", content.small(number), f"n{number}")


def _answer(future: "Future[Answer]") -> Answer:
    return future.result(GUARD)
