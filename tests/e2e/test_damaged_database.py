"""A page of the database turns to rubbish: nothing crashes, nothing is made up, and the operator is told."""

import json

import apsw
import pytest

from tests.e2e import content
from tests.e2e.client import Device, pair
from tests.e2e.conftest import Make
from tests.e2e.program import Program

LOCKED = {"SYNC_BACKUP_PASSPHRASE": "six words that nobody guesses"}


def damage(program: Program, name: str) -> None:
    """Overwrite the first page of a table or index."""
    path = program.data / "wristgate.db"
    connection = apsw.Connection(str(path))
    try:
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        size = connection.execute("pragma page_size").get
        root = connection.execute("select rootpage from sqlite_schema where name = ?", (name,)).get
    finally:
        connection.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xa5" * size)


@pytest.mark.parametrize("name", ["files", "versions", "contents", "journal", "files_newest", "tokens"])
def test_a_damaged_page_is_told_and_crashes_nothing(make: Make, name: str) -> None:
    program = make(LOCKED).start()
    with pair(program) as watch:
        for number in range(3):
            assert watch.upload(f"run{number}.fit", content.small(number)).status == 200
        token = watch.token
    place = program.data.parent / "place"
    program.command("backup", "--output", str(place))
    program.stop()
    damage(program, name)
    program.start()
    with Device(program, token) as watch:
        watch.ask("GET", "status")
        processes = set(program.children())
        answers = [
            watch.ask("GET", "status"),
            watch.ask("GET", "files?all=1"),
            watch.upload("new.fit", content.small(9)),
        ]
    for answer in answers:
        assert answer.status in {200, 503}, answer.body
        assert answer.status == 200 or answer.word == "busy"
    assert any(answer.status == 503 for answer in answers)
    assert processes <= set(program.children())
    told = program.run("doctor", "--deep", "--json")
    assert told.returncode == 1
    findings = [found for found in json.loads(told.stdout)["findings"] if found["about"] == "Database"]
    assert [found["level"] for found in findings if found["level"] == "problem"], findings
    assert "Traceback" not in program.words()
    program.stop()
    back = make(LOCKED)
    restored = back.run("restore", str(place))
    assert restored.returncode == 0, restored.stderr
