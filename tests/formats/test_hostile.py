"""Large hostile files, each read in a process of its own under a limit of CPU time and of memory.

The limits count what the kernel charges, not the clock on the wall: a slow machine passes as well. A file of 4 MB may
take 20 s of CPU (below 1 s is usual) and 64 MB more than the process has with the file in its hands.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.formats.hostile_files import CASES

MEGABYTES = 4
SIZE = MEGABYTES * 2**20
CPU_SECONDS = 20
ROOM = 64 * 2**20

READ = """
import resource, sys
from gateway import formats
from gateway.errors import FormatError

path, seconds, room = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
data = open(path, "rb").read()
pages = int(open("/proc/self/statm").read().split()[0])
limit = pages * resource.getpagesize() + room
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
try:
    print(formats.read(data).kind)
except FormatError as error:
    print(error.code)
"""


@pytest.mark.parametrize("case", CASES)
def test_time_and_memory_are_bounded(case: str, tmp_path: Path) -> None:
    make, outcome = CASES[case]
    path = tmp_path / "hostile"
    path.write_bytes(make(SIZE))

    reader = subprocess.run(
        [sys.executable, "-c", READ, str(path), str(CPU_SECONDS), str(ROOM)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert (reader.returncode, reader.stderr) == (0, "")
    assert reader.stdout.strip() == outcome
