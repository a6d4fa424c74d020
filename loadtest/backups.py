"""``python -m loadtest.backups``: what a backup costs, the first one, those after it, and reading it back.

Part of ``make bench``. The commands are run as an operator runs them, each in a process of its own, on the data of one
user: many small files, which lie in the database, and some large ones. Nothing else runs meanwhile.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from loadtest.bench import machine
from loadtest.filling import fill
from loadtest.tables import Section, at_most, report

MB = 1024 * 1024
LARGE = 20  # files
LARGE_BYTES = 10 * MB
NEW = 50  # files between two backups
MEMORY = 80  # MB: twice what a command takes that does nothing
# A process's ru_maxrss begins with what its parent had; VmHWM begins with the program.
PROGRAM = """
import atexit, sys
from gateway.cli import main

def peak():
    print(*(line for line in open("/proc/self/status") if line.startswith("VmHWM")), file=sys.stderr)

atexit.register(peak)
main(sys.argv[1:], prog_name="wristgate")
"""
COLUMNS = ["what", "seconds", "CPU s", "objects sent", "MB sent", "peak MB"]


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that has ended: seconds, seconds of processor time, the most memory in bytes, and what it told."""

    took: float
    processor: float
    memory: int
    told: dict[str, object]


def run(environment: Mapping[str, str], *arguments: str) -> Ran:
    """Run one command to its end; a failure ends the measurement."""
    began = time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    line = [sys.executable, "-c", PROGRAM, *arguments]
    done = subprocess.run(line, env=dict(environment), capture_output=True, text=True, check=False)
    took = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"wristgate {' '.join(arguments)} failed: {done.stderr}")
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    memory = int(done.stderr.rpartition("VmHWM:")[2].split()[0]) * 1024
    return Ran(took, used, memory, json.loads(done.stdout) if "--json" in arguments else {})


def measure(files: int, scratch: Path) -> Section:
    """Measure backups to a folder on the same disk."""
    fill(scratch / "data", files)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SYNC_")} | {
        "SYNC_DATA_DIR": str(scratch / "data"),
        "SYNC_BACKUP_PASSPHRASE": "six words that nobody guesses",
    }
    _add(environment, scratch / "large", LARGE, LARGE_BYTES)
    place = str(scratch / "place")
    backup = ("backup", "--json", "--output", place)
    ran = {
        "help text, to compare with": run(environment, "backup", "--help"),
        "first backup": run(environment, *backup),
    }
    ran["nothing new"] = run(environment, *backup)
    _add(environment, scratch / "small", NEW, 5000)
    ran[f"{NEW} small files new"] = run(environment, *backup)
    ran["everything again (--full)"] = run(environment, *backup, "--full")
    ran["verify"] = run(environment, "verify", place)
    ran["restore"] = run(environment | {"SYNC_DATA_DIR": str(scratch / "restored")}, "restore", place)
    peak = max(each.memory for each in ran.values()) / MB
    return Section(
        f"Backups of {files:,} small files and {LARGE} of {LARGE_BYTES // MB} MB",
        COLUMNS,
        [_row(name, each) for name, each in ran.items()],
        [at_most("peak memory of a backup, verify or restore, MB", peak, MEMORY)],
        [],
    )


def _add(environment: Mapping[str, str], folder: Path, count: int, size: int) -> None:
    """Put new files of random bytes into the tree."""
    folder.mkdir()
    paths = [folder / f"{number}.bin" for number in range(count)]
    for path in paths:
        path.write_bytes(os.urandom(size))
    run(environment, "add", *map(str, paths), "--to", f"/documents/{folder.name}")
    for path in paths:
        path.unlink()


def _row(name: str, ran: Ran) -> list[str]:
    sent, size = ran.told.get("sent"), ran.told.get("sent_bytes")
    return [
        name, f"{ran.took:.1f}", f"{ran.processor:.1f}", f"{sent:,}" if isinstance(sent, int) else "",
        f"{size / MB:.1f}" if isinstance(size, int) else "", f"{ran.memory / MB:.0f}",
    ]  # fmt: skip


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(prog="python -m loadtest.backups", description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=20_000, help="small files (default: %(default)s)")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables there, too")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wristgate-backups-") as scratch:
        section = measure(arguments.files, Path(scratch))
    report([section], [machine()], arguments.markdown)


if __name__ == "__main__":
    main()
