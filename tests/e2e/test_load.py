"""The load as people make it, for a moment: every answer is right, and memory keeps its bound."""

import re
import subprocess
import sys
from pathlib import Path

from tests.e2e.program import ROOT

MEMORY = 150  # MB, of all processes


def test_a_short_soak(tmp_path: Path) -> None:
    line = [
        sys.executable, "-m", "loadtest.load", "soak", "--users", "30", "--seconds", "8", "--ramp", "2",
        "--report", str(tmp_path),
    ]  # fmt: skip
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    page = (tmp_path / "soak.md").read_text()
    row = re.search(r"^\| 30 \|.*\|$", page, re.MULTILINE)
    assert row
    cells = [cell.strip() for cell in row[0].strip("|").split("|")]
    assert cells[5] == "0"
    assert int(cells[7]) <= MEMORY
    assert (tmp_path / "soak.svg").read_text().count("<path") > 10
