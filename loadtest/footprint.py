"""How much memory a summary takes: by how much the process grows at its highest, measured in a process of its own."""

import json
import resource
import subprocess
import sys
import tempfile
import tracemalloc
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gateway import formats

_STATUS = Path("/proc/self/status")
_LITTLE = 4096
_FORGET_PEAK = Path("/proc/self/clear_refs")


@dataclass(frozen=True, slots=True)
class Footprint:
    """Bytes beyond the file itself: resident pages at the peak, and what Python allocated of it."""

    resident: int
    allocated: int


def footprint(data: bytes) -> Footprint:
    """Summarise the file in a fresh process."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        command = [sys.executable, "-m", "loadtest.footprint", file.name]
        output = subprocess.run(command, check=True, capture_output=True).stdout
    return Footprint(**json.loads(output))


def _peak() -> int:
    """The most that this process had resident since ``_forget_peak``, or ever where the kernel cannot forget."""
    for line in _STATUS.read_text().splitlines() if _STATUS.exists() else ():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _measure(data: bytes) -> Footprint:
    with suppress(formats.FormatError):
        formats.read(data[:_LITTLE])  # whatever is loaded when it is first needed
    with suppress(OSError):
        _FORGET_PEAK.write_text("5")
    before = _peak()
    formats.read(data)
    resident = _peak() - before
    tracemalloc.start()
    formats.read(data)
    return Footprint(resident, tracemalloc.get_traced_memory()[1])


if __name__ == "__main__":
    measured = _measure(Path(sys.argv[1]).read_bytes())
    print(json.dumps({"resident": measured.resident, "allocated": measured.allocated}))
