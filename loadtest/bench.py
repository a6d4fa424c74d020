"""``make bench``: the real gateway under load on this machine, every answer checked, beside floors of the same run.

The gateway runs on the first core and this generator on the second, so that they do not take each other's time.
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pybase64
from rich.console import Console
from rich.table import Table

from gateway.simwatch import PairingOffer, Watch
from gateway.simwatch.localgateway import GatewayFailed, LocalGateway
from gateway.simwatch.sample import RUN_START, bench_activity, route, with_serial
from loadtest import floor, processes
from loadtest.generator import Measured, Request, WrongAnswer, measure

DEVICES = 8
ROUTES = 20
UNLIMITED = {f"SYNC_RATE_{name}": "0" for name in ("AUTH", "POLL", "DEVICE")}
DAYS = 47
DAY = 86400
BETWEEN = 3 * 3600  # seconds from the run of one device to that of the next: nobody runs with eight watches
SETTLE = 8  # seconds; freed memory goes back every five
MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Load:
    """One kind of request: ``size`` names its count and time bounds."""

    name: str
    request: Request
    expected: bytes = b'"ok":true'
    heavy: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One measured line; ``cost`` is processor time a request, ``share`` the rate against the empty request's."""

    name: str
    measured: Measured
    cost: float | None = None
    share: float | None = None

    def cells(self) -> list[str]:
        measured = self.measured
        times = [f"{1000 * measured.percentile(part):.1f}" for part in (0.5, 0.99)]
        cost = f"{1000 * self.cost:.2f}" if self.cost is not None else ""
        share = f"{self.share:.2f}" if self.share is not None else ""
        return [self.name, str(measured.connections), f"{measured.rate:,.0f}", *times, cost, share]


COLUMNS = ["request", "connections", "a second", "p50 ms", "p99 ms", "CPU ms", "of empty"]


class Bench:
    """The requests of several paired devices, and the runs."""

    def __init__(self, url: str, pid: int, limits: argparse.Namespace) -> None:
        split = urlsplit(url)
        self.address = (split.hostname or "127.0.0.1", split.port or 80)
        self.pid = pid
        self.limits = limits
        # a run a day for each device; serial numbers tell the rest apart
        self.contents = [
            bench_activity(start=RUN_START - DAY * day - BETWEEN * device)
            for day in range(DAYS)
            for device in range(DEVICES)
        ]
        self.serial = 0

    def pair(self, gateway: LocalGateway) -> None:
        """Pair the devices the way an operator does, and put routes where they look."""
        self.tokens: list[str] = []
        for number in range(DEVICES):
            watch = Watch(gateway.url, name=f"bench {number}", device=f"bench-{number}")

            def confirm(offer: PairingOffer) -> None:
                gateway.command("pair", offer.code)

            watch.pair(confirm)
            self.tokens.append(watch.storage["token"])
        folder = Path(gateway.environment["SYNC_DATA_DIR"]).parent
        files = [folder / f"route-{number:02}.gpx" for number in range(ROUTES)]
        for number, file in enumerate(files):
            file.write_bytes(route(100 + number))
        gateway.command("add", *map(str, files), "--to", "/routes")
        self.file_id = next(watch.files())["id"]

    def loads(self) -> list[Load]:
        """What is measured, the empty request first."""
        return [
            Load("GET /health", self.bare("/health"), b'"ok"'),
            Load("status", self.get("status")),
            Load("list of 20", self.get("files")),
            Load("part of 4 KB", self.get(f"download/{self.file_id}?off=0")),
            Load("upload 100 KB", self.upload, heavy=True),
        ]

    def rows(self) -> Iterator[Row]:
        """Measure everything at every number of connections."""
        for connections in self.limits.connections:
            empty = 0.0
            for load in self.loads():
                row = self.run(load, connections)
                empty = empty or row.measured.rate
                yield Row(row.name, row.measured, row.cost, row.measured.rate / empty)

    def run(self, load: Load, connections: int) -> Row:
        """Warm up, then measure, with the gateway's processor time."""
        count = self.limits.uploads if load.heavy else self.limits.requests
        bounds = {"connections": connections, "seconds": self.limits.seconds}
        measure(self.address, load.request, load.expected, count=max(connections, count // 20), **bounds)
        before = processes.seconds(self.pid)
        measured = measure(self.address, load.request, load.expected, count=count, **bounds)
        spent = processes.seconds(self.pid) - before
        return Row(load.name, measured, spent / len(measured.latencies))

    def bare(self, path: str) -> Request:
        request = f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()
        return lambda _: request

    def get(self, path: str) -> Request:
        ready = [f"GET /api/v1/garmin/{path} {self.head(token)}\r\n".encode() for token in self.tokens]
        return lambda number: ready[number % len(ready)]

    def upload(self, _: int) -> bytes:
        """A file that nobody has sent before."""
        self.serial += 1
        token = self.tokens[self.serial % DEVICES]
        content = self.contents[self.serial % len(self.contents)]
        return posted(self.head(token), f"run-{self.serial}.fit", with_serial(content, self.serial))

    def head(self, token: str) -> str:
        return f"HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n"


def posted(head: str, name: str, content: bytes) -> bytes:
    """An upload's bytes."""
    body = b'{"name":"%b","file":"%b"}' % (name.encode(), pybase64.b64encode(content))
    length = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return f"POST /api/v1/garmin/upload {head}{length}".encode() + body


def floors(limits: argparse.Namespace) -> Iterator[Row]:
    """The generator's own ceiling, against a server that answers without thinking."""
    request = posted("HTTP/1.1\r\nHost: bench\r\n", "run.fit", bench_activity())
    empty = b"GET / HTTP/1.1\r\nHost: bench\r\n\r\n"
    with floor.bare_server() as address:
        if limits.pinned:
            processes.pin(1)
        for name, made, count in (("empty", empty, limits.requests), ("100 KB", request, limits.uploads)):
            for connections in limits.connections:
                yield Row(
                    f"bare {name}",
                    measure(
                        address,
                        lambda _, made=made: made,
                        b'"ok"',
                        connections=connections,
                        count=count,
                        seconds=limits.seconds,
                    ),
                )


def measured_gateway(limits: argparse.Namespace, note: Callable[[str], None]) -> list[Row]:
    """Start, pair, measure, stop."""
    with LocalGateway(UNLIMITED) as gateway:
        if limits.pinned:
            processes.pin(1)
        bench = Bench(gateway.url, gateway.pid, limits)
        bench.pair(gateway)
        time.sleep(2)  # let what pairing left behind finish
        idle = processes.pss(gateway.pid)
        count = len(processes.tree(gateway.pid))
        with processes.Peak(gateway.pid) as peak:
            rows = list(bench.rows())
        time.sleep(SETTLE)
        after = processes.pss(gateway.pid)
    note(
        f"Memory of the gateway's {count} processes together (PSS): {idle / MB:.0f} MB idle, "
        f"{peak.bytes / MB:.0f} MB at the most, {after / MB:.0f} MB {SETTLE} s after the run."
    )
    note(f"Uploads answered and durable: {bench.serial:,}, each checked and summarised, all distinct.")
    return rows


def report(rows: list[Row], notes: list[str], markdown: Path | None) -> None:
    console = Console(highlight=False)
    table = Table(*COLUMNS, title="Wristgate under load")
    for column in table.columns[1:]:
        column.justify = "right"
    for row in rows:
        table.add_row(*row.cells())
    console.print(table)
    for note in notes:
        console.print(note, soft_wrap=True)
    if markdown:
        lines = [f"| {' | '.join(cells)} |" for cells in (COLUMNS, ["---", *["---:"] * (len(COLUMNS) - 1)])]
        lines += [f"| {' | '.join(row.cells())} |" for row in rows]
        markdown.write_text("\n".join([*lines, "", *(f"- {note}" for note in notes), ""]))


def machine() -> str:
    """Processor, cores, kernel, Python, date."""
    info = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in info if line.startswith("model name")), platform.machine())
    system = f"{platform.system()} {platform.release()}; Python {platform.python_version()}"
    return f"{model}, {os.cpu_count()} cores; {system}; {time.strftime('%Y-%m-%d')}"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, nargs="+", default=[16, 200])
    parser.add_argument("--uploads", type=int, default=3000, help="at most so many uploads a run")
    parser.add_argument("--requests", type=int, default=20000, help="at most so many other requests a run")
    parser.add_argument("--seconds", type=float, default=15, help="at most so long a run")
    parser.add_argument("--markdown", type=Path, help="write the table there too")
    return parser.parse_args()


def main() -> None:
    limits = arguments()
    limits.pinned = processes.pin(0)  # what is started from here inherits the first core
    notes: list[str] = []
    try:
        notes.append(
            f"{floor.synced_writes(bench_activity()):,.0f} synced writes of 100 KB a second, one after another."
        )
        rows = list(floors(limits))
        if limits.pinned:
            processes.pin(0)
        rows = measured_gateway(limits, notes.append) + rows
    except (WrongAnswer, GatewayFailed) as failure:
        sys.exit(f"The bench stopped: {failure}")
    notes.append(f"Cores: {'gateway on one, generator on another' if limits.pinned else 'one for both'}.")
    notes.append(f"`{' '.join(['python -m loadtest.bench', *sys.argv[1:]])}` on {machine()}.")
    report(rows, notes, limits.markdown)


if __name__ == "__main__":
    main()
