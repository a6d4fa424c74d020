"""A small machine on a large one: control groups that limit processes to some memory and some of a core.

Needs root and the memory and cpu controllers, of either version: https://docs.kernel.org/admin-guide/cgroup-v2.html,
https://docs.kernel.org/admin-guide/cgroup-v1/.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

ROOT: Final = Path("/sys/fs/cgroup")
PERIOD: Final = 100_000  # microseconds

Settings = dict[Path, str]


class NoCage(Exception):
    """This machine, or this user, cannot limit processes; the text can be shown."""


@contextmanager
def caged(megabytes: int, cores: float) -> Iterator[None]:
    """Limit whatever this process starts inside the block, and this process itself meanwhile; raises ``NoCage``."""
    name = f"wristgate-load-{os.getpid()}"
    quota, size = int(cores * PERIOD), megabytes * 1024 * 1024
    if (ROOT / "cgroup.controllers").exists():
        groups = {ROOT / name: {"memory.max": str(size), "memory.swap.max": "0", "cpu.max": f"{quota} {PERIOD}"}}
    else:
        groups = {
            ROOT / "memory" / name: {"memory.limit_in_bytes": str(size)},
            ROOT / "cpu" / name: {"cpu.cfs_period_us": str(PERIOD), "cpu.cfs_quota_us": str(quota)},
        }
    try:
        for group, values in groups.items():
            group.mkdir()
            for file, value in values.items():
                (group / file).write_text(value)
        for group in groups:
            (group / "cgroup.procs").write_text(str(os.getpid()))
    except OSError as error:
        _remove(groups)
        raise NoCage(f"processes cannot be limited here ({error}): needs root and control groups") from error
    try:
        yield
    finally:
        for group in groups:
            (group.parent / "cgroup.procs").write_text(str(os.getpid()))
        _remove(groups)


def leave() -> None:
    """Take this process out of its cage; what it has started stays inside."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        number, controllers, path = line.split(":", 2)
        if "wristgate-load-" in path:
            base = ROOT if number == "0" else ROOT / controllers
            (base / path.lstrip("/")).parent.joinpath("cgroup.procs").write_text(str(os.getpid()))


def _remove(groups: dict[Path, dict[str, str]]) -> None:
    for group in groups:
        with suppress(OSError):
            group.rmdir()
