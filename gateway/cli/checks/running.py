"""The gateway's processes, and what the machine gives them."""

import resource
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from gateway.cli.checks.findings import NOTE, OK, PROBLEM, WARNING, Finding
from gateway.cli.premises import AGENT, SERVE, health, holder, listening
from gateway.config import Config
from gateway.wording import size

LEAST_MEMORY: Final = 100 * 1024 * 1024  # bytes that are available
OTHER_FILES: Final = 64 + 256  # beside connections, as gateway/server reckons


def processes(config: Config) -> Iterator[Finding]:
    """Look whether gateway and agent run, and whether the gateway is well."""
    folder = config.data_dir
    if holder(folder / SERVE) is None:
        yield Finding(
            PROBLEM, "Gateway", "does not run on these data", "start it: wristgate serve, or systemctl start wristgate"
        )
        return
    url = listening(folder)
    answer = health(url) if url else None
    if url is None or answer is None:
        yield Finding(NOTE, "Gateway", "runs, and has not noted where it listens", "restart it once its disk has room")
    elif answer.well:
        yield Finding(OK, "Gateway", f"answers at {url} in {answer.milliseconds:.0f} ms")
    else:
        yield Finding(PROBLEM, "Gateway", answer.reason, "see wristgate logs --level warning")
    if holder(folder / AGENT) is None:
        yield Finding(PROBLEM, "Agent", "does not run: nothing is cleaned up", "see wristgate logs --level warning")
    else:
        yield Finding(OK, "Agent", "runs")


def limits(config: Config) -> Iterator[Finding]:
    """Look at open files and memory."""
    needed, allowed = config.max_connections + OTHER_FILES, _open_files(holder(config.data_dir / SERVE))
    if allowed is not None and allowed < needed:
        yield Finding(
            WARNING, "Open files", f"{allowed:,} may be open, SYNC_MAX_CONNECTIONS takes {needed:,}",
            f"LimitNOFILE={needed} in the unit, or ulimit -n {needed}, or fewer connections",
        )  # fmt: skip
    else:
        yield Finding(OK, "Open files", "there may be as many as SYNC_MAX_CONNECTIONS takes")
    memory = _memory()
    if memory is not None and memory < LEAST_MEMORY:
        yield Finding(WARNING, "Memory", f"{size(memory)} are available", "end other programs, or add swap")
    elif memory is not None:
        yield Finding(OK, "Memory", f"{size(memory)} are available")


def _open_files(process: int | None) -> int | None:
    """Give how many files a process may open at most, this one where there is none; None: any number."""
    if process:
        with suppress(OSError):
            for line in Path(f"/proc/{process}/limits").read_text().splitlines():
                if line.startswith("Max open files"):
                    hard = line.split()[4]
                    return int(hard) if hard.isdigit() else None
    hard_limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return None if hard_limit == resource.RLIM_INFINITY else hard_limit


def _memory() -> int | None:
    with suppress(OSError):
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None
