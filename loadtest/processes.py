"""What the gateway's processes cost together: memory as PSS, processor time, and which core they run on."""

import os
import threading
from pathlib import Path
from typing import Self

_TICKS = os.sysconf("SC_CLK_TCK")


def tree(root: int) -> list[int]:
    """A process and all its descendants."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [root]
    for pid in found:
        found += parents.get(pid, [])
    return found


def pss(root: int) -> int:
    """Proportional set size of the tree in bytes."""
    return sum(_pss(pid) for pid in tree(root))


class Peak:
    """The highest PSS of a tree while the block runs, looked at four times a second."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.bytes = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.25):
            self.bytes = max(self.bytes, pss(self._root))


def seconds(root: int) -> float:
    """Processor time that the tree has used, user and system."""
    return sum(int(fields[11]) + int(fields[12]) for pid in tree(root) if (fields := _stat(pid))) / _TICKS


def pin(core: int) -> bool:
    """Keep this process, and what it starts from now on, on one core; False where there is only one."""
    cores = sorted(os.sched_getaffinity(os.getppid()))
    if len(cores) < 2:
        return False
    os.sched_setaffinity(0, {cores[core]})
    return True


def _stat(pid: int) -> list[str]:
    """The fields after the command's name: state, parent, ... empty when the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
