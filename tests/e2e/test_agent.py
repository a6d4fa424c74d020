"""The agent of a real gateway: it comes back, it ends with the gateway, it never works twice or holds anything up."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from gateway import agent
from gateway.agent import Agent
from gateway.assembly import Gateway
from gateway.auth.tokens import new_id
from gateway.config import Config
from gateway.model import Rejection
from gateway.service.incoming import content_of
from tests.e2e import content
from tests.e2e.client import Device
from tests.e2e.conftest import Make
from tests.e2e.database import assert_sound
from tests.e2e.program import AGENT, GUARD, ROOT, WRISTGATE, Program, free_port, wait_until


@pytest.fixture
def program(make: Make) -> Program:
    program = make({"SYNC_LOG_LEVEL": "info", "SYNC_SHUTDOWN_TIMEOUT": "6"}, port=free_port()).start()
    wait_until(lambda: finished(program), "the first round is over")
    return program


def finished(program: Program) -> list[tuple[str, int]]:
    """What the agent has noted: its chores, with when each was last done."""
    connection = apsw.Connection(str(program.data / "wristgate.db"), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        return connection.execute("select name, done from chores where name = 'clean-up'").fetchall()
    finally:
        connection.close()


def test_killed_it_comes_back_and_the_gateway_goes_on(program: Program, watch: Device) -> None:
    [first], workers = program.agents(), program.workers()
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: program.agents() not in ([], [first]), "there is another agent")
    assert program.workers() == workers
    assert watch.upload("a.fit", content.small(1)).status == 200
    watch.close()
    program.stop()
    assert_sound(program.data)


def test_it_ends_with_a_killed_master(program: Program) -> None:
    [orphan] = program.agents()
    program.kill("master")
    wait_until(lambda: gone(orphan), "the agent has ended")
    program.start()  # on the same port, on the same data
    program.stop()


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def test_all_end_in_time(program: Program) -> None:
    children = program.children()
    program.terminate()
    assert program.wait(9) == 0
    assert all(map(gone, children))


def test_an_orphan_that_hangs_holds_neither_port_nor_data(program: Program) -> None:
    """Its successor's agent waits, the gateway does not."""
    [orphan] = program.agents()
    os.kill(orphan, signal.SIGSTOP)
    try:
        program.kill("master")
        assert "the agent waits" not in program.words()
        program.start()
        assert program.command("signin-link")
        wait_until(lambda: "the agent waits: another one works" in program.words(), "the new agent sees the old one")
        [successor] = program.agents()
    finally:
        os.kill(orphan, signal.SIGCONT)
    wait_until(lambda: gone(orphan), "the orphan has ended")
    assert program.agents() == [successor]
    program.stop()


def test_what_is_done_daily_is_not_done_again_at_a_restart(program: Program) -> None:
    before = finished(program)
    for _ in range(2):
        program.stop()
        program.start()
        wait_until(program.agents, "there is an agent")
    program.stop()
    assert finished(program) == before
    assert program.words().count("clean-up: removed nothing") == 1


def test_alone_it_works_where_no_gateway_runs(program: Program) -> None:
    done = program.run("agent", "--once")
    assert done.returncode == 1
    assert b"another agent works on" in done.stderr
    program.stop()
    assert program.run("agent", "--once").returncode == 0
    with subprocess.Popen(
        [*WRISTGATE, "agent"], env=program.environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as alone:
        wait_until(lambda: name(alone.pid) == AGENT, "it works")
        assert program.run("agent", "--once").returncode == 1
        alone.terminate()
        assert alone.wait(GUARD) == 0


def name(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


class Rounds:
    """An agent in this process, with a clock of its own."""

    def __init__(self, folder: Path) -> None:
        self.now = 1_790_000_000
        self.gateway = Gateway(Config.from_env({"SYNC_DATA_DIR": str(folder)}), polite=True)
        self.owner = self.gateway.open()
        self.agent = Agent(self.gateway, lambda _seconds: False, lambda: self.now)

    def noted(self, name: str) -> tuple[int, str] | None:
        with self.gateway.store.read() as transaction:
            return transaction.chores.last(name)


@pytest.fixture
def rounds(tmp_path: Path) -> Iterator[Rounds]:
    made = Rounds(tmp_path)
    yield made
    made.gateway.store.close()


def test_clean_up_is_daily(rounds: Rounds) -> None:
    begun, cleaned = rounds.now, []
    while rounds.now < begun + 72 * 3600:
        rounds.agent.round()
        noted = rounds.noted("clean-up")
        assert noted
        cleaned.append(noted[0])
        rounds.now += 3600
    assert sorted(set(cleaned)) == [begun, begun + 24 * 3600, begun + 48 * 3600]
    rounds.now = begun - 1000 * 3600  # the clock was set back
    rounds.agent.round()
    assert rounds.noted("clean-up") == (rounds.now, "nothing")


def test_a_chore_that_fails_leaves_the_others_and_is_tried_again(
    rounds: Rounds, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(rounds.gateway, "housekeeping", None)
        broken.setattr(rounds.gateway, "rejections", None)
        rounds.agent.round()
    assert [record.getMessage() for record in caplog.records] == ["housekeeping failed", "refused failed"]
    assert rounds.noted("clean-up")
    assert rounds.noted("refused") is None
    rounds.agent.round()
    assert rounds.noted("refused")


def test_a_write_that_fails_leaves_the_rest_of_the_housekeeping(
    rounds: Rounds, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[int] = []

    def fail() -> Any:
        raise ValueError("on purpose")

    chores = [fail, lambda: lambda _transaction: done.append(1)]
    monkeypatch.setattr(rounds.gateway.housekeeping, "chores", lambda: iter(chores))
    rounds.agent.round()
    assert done == [1]
    assert "housekeeping: on purpose" in caplog.text


def test_a_new_release_tries_refused_files_again_once(rounds: Rounds, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds.agent.round()
    refuse(rounds, content.small(1))
    rounds.agent.round()  # this release knows of it already
    assert refused(rounds) == 1
    monkeypatch.setattr(agent, "__version__", "999")
    rounds.agent.round()
    assert refused(rounds) == 0
    with rounds.gateway.store.read() as transaction:
        assert transaction.files.at(rounds.owner.project, "/activities/run.fit")
    refuse(rounds, content.small(2))
    rounds.agent.round()
    assert refused(rounds) == 1
    assert rounds.noted("refused") == (rounds.now, "999")


def refuse(rounds: Rounds, data: bytes) -> None:
    """Leave what an earlier release has left."""
    kept = content_of(data)
    row = Rejection(
        new_id(), rounds.owner.project, None, "run.fit", kept.sha256, len(data), "invalid_file", "odd", int(time.time())
    )
    rounds.gateway.store.write(lambda t: (t.contents.add(kept), t.rejected.add(row))).result()


def refused(rounds: Rounds) -> int:
    with rounds.gateway.store.read() as transaction:
        return len(transaction.rejected.all(rounds.owner.project))


def test_it_stops_between_two_chores(rounds: Rounds) -> None:
    Agent(rounds.gateway, lambda _seconds: True, lambda: rounds.now).work()
    assert rounds.noted("refused") is None
