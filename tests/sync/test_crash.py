"""A process that dies at any statement of any write: what it has said is there, and clients go on."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.model import Scope
from gateway.service.keys import Wish as KeyWish
from tests.e2e.database import assert_sound
from tests.service.harness import Services
from tests.sync import invariants
from tests.sync.world import SCALE

ROOT = Path(__file__).parents[2]
MOMENTS = [7, 60, 131, 222, 333, 444, 555, 777] if SCALE == 1 else range(0, 1000, max(1, 40 // SCALE))


@pytest.mark.parametrize("statements", MOMENTS)
def test_what_was_answered_outlives_the_process(tmp_path: Path, statements: int) -> None:
    services = Services(tmp_path)
    made = services.write(services.keys.make(services.owner, KeyWish("other", frozenset(Scope), None)))
    access = services.access(made.secret)
    for name in "ab":
        services.add(name, "/documents")
    services.store.close()
    said = run(tmp_path, made.secret, statements)

    services = Services(tmp_path)
    kept = {bytes.fromhex(words[0]) for words in said if len(words) == 1}
    batches = [words for words in said if len(words) > 1]
    invariants.hold(tmp_path, access.project, kept)
    tree = {known.path: known for known in invariants.tree(tmp_path, access.project).values()}
    head = tree.get("/documents/name")
    assert len(batches) <= (head.version if head else 0) <= len(batches) + 1, "half a batch, or none of it"
    assert {"/documents/a", "/documents/b"} <= tree.keys()
    pulled = services.sync.pull(access, None, 1000)
    assert {entry.path for entry in pulled.changes if hasattr(entry, "path")} == tree.keys()
    services.store.close()
    assert_sound(tmp_path)
    shutil.rmtree(tmp_path)


def run(folder: Path, key: str, statements: int) -> list[list[str]]:
    """Let the program push until it dies; gives what it has said, word by word."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.sync.pusher", str(folder), key, str(statements)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (9, "")
    return [line.split() for line in done.stdout.splitlines()]
