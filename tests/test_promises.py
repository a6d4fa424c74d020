"""The table of faults names tests that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_promise_has_its_test() -> None:
    rows = re.findall(r"^\| (.+) \| (.+) \| (.+) \|$", (ROOT / "docs" / "reliability.md").read_text(), re.MULTILINE)
    assert len(rows) > 15
    for fault, _, tests in rows[1:]:
        named = re.findall(r"`(tests/[\w/]+\.py)`", tests)
        assert named, fault
        for name in named:
            assert (ROOT / name).is_file(), name
