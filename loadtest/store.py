"""``python -m loadtest.store``: what a request of the store API costs among 1,250 files and among 125,000, and memory.

1,000 and 100,000 of these are activities.

Part of ``make bench``. Two gateways run beside each other, one over few files and one over many, and are measured by
turns; cost is the processor time of all processes of a gateway, the median of the rounds. What a run puts in, it takes
out again, so that the trees keep their size.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from gateway.simwatch.localgateway import GatewayFailed, LocalGateway
from loadtest import mixture, processes
from loadtest.bench import UNLIMITED, machine
from loadtest.filling import Filled, fill
from loadtest.generator import Measured, Request, WrongAnswer, measure
from loadtest.subject import PIECE, Subject
from loadtest.tables import Section, at_most, report

SETTINGS = UNLIMITED | {"SYNC_RATE_KEY": "0"}
FLAT = 1.5
MEMORY = 120
MB = 1024 * 1024
COLUMNS = ["request", "few: CPU ms", "many: CPU ms", "ratio", "many: p50 ms", "p99 ms"]


@dataclass(frozen=True, slots=True)
class Load:
    """One kind of request: so many a round on so many connections, and whether its cost has to be flat.

    ``made`` files each one leaves behind.
    """

    name: str
    request: Callable[[Subject], Request]
    count: int
    expected: bytes = b'"ok":true'
    connections: int = 4
    made: int = 0
    flat: bool = False


LOADS = (
    Load("sync/status", lambda on: on.get("sync/status"), 400),
    Load("list 100, one folder of all", lambda on: on.get("files/list?path=/activities&limit=100"), 400, flat=True),
    Load("list 100, behind the middle", lambda on: on.get(on.behind_the_middle), 400, flat=True),
    Load("list 100, recursive", lambda on: on.get("files/list?path=/&recursive=1&limit=100"), 400, flat=True),
    Load("list of first folders", lambda on: on.get("files/list?path=/&limit=100"), 400),
    Load("pull 100, from the middle", lambda on: on.get(on.from_the_middle), 400, flat=True),
    Load("pull 100, without cursor", lambda on: on.get("sync/pull?limit=100"), 400, flat=True),
    Load("activities 50, the newest", lambda on: on.get("activities?limit=50"), 400, flat=True),
    Load("activities 50, some months back", lambda on: on.get(on.months_back), 400, flat=True),
    Load("activities 50, of a sport", lambda on: on.get("activities?limit=50&sport=running"), 400, flat=True),
    Load("activities 50, by a word", lambda on: on.get("activities?limit=50&q=morning"), 400, flat=True),
    Load("activities 15, by a rare word", lambda on: on.get("activities?limit=15&q=round"), 400, flat=True),
    Load("activities 50, at home", lambda on: on.get("activities?limit=50&bbox=15.4,47.0,15.5,47.1"), 200, flat=True),
    Load("activities 50, elsewhere", lambda on: on.get("activities?limit=50&bbox=-5,40,0,50"), 200, flat=True),
    Load(
        "activities 50, all of these", flat=True, count=200,
        request=lambda on: on.get("activities?limit=50&sport=cycling&q=work&bbox=15.4,47.0,15.5,47.1&from=2010-01-01"),
    ),
    Load("totals of 12 weeks", lambda on: on.get("activities/totals"), 400),
    Load("totals of all time", lambda on: on.get("activities/totals?by=sport"), 60),
    Load("upload 10 KB to a path", lambda on: on.placed(on.small), 100, made=1, flat=True),
    Load("upload 100 KB to a path", lambda on: on.placed(on.long), 80, made=1, flat=True),
    Load("upload 100 KB without a path", lambda on: on.unplaced(on.long), 80, made=1, flat=True),
    Load("push of 50 puts by hash", lambda on: on.puts, 12, connections=1, made=50),
    Load("download 100 KB", lambda on: on.get("files/download?path=/backups/100.fit"), 300, b'etag: "1"'),
    Load(
        "1 MB of a file of 50 MB", lambda on: on.get("files/download?path=/backups/50.bin", on.middle_piece), 60,
        b"content-range: bytes %d-%d/" % PIECE,
    ),
)  # fmt: skip


@dataclass(slots=True)
class Found:
    """What the rounds of one load have shown on one gateway, times in seconds."""

    costs: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)

    @property
    def cost(self) -> float:
        return 1000 * statistics.median(self.costs)

    def percentile(self, share: float) -> float:
        return 1000 * Measured(1, latencies=sorted(self.latencies)).percentile(share)


def run(subject: Subject, load: Load) -> tuple[float, list[float]]:
    """Send a round of one load: processor time a request, and latencies; then take out what it has put in."""
    before, began = subject.files(), processes.seconds(subject.pid)
    measured = measure(
        subject.address, load.request(subject), load.expected,
        connections=load.connections, count=load.count, seconds=60,
    )  # fmt: skip
    spent = processes.seconds(subject.pid) - began
    if subject.files() != before + load.made * load.count:
        raise WrongAnswer(f"{load.name}: {subject.files() - before} files more, not {load.made * load.count}")
    subject.sweep()
    if subject.files() != before:
        raise WrongAnswer(f"{load.name}: what was put in is not out again")
    return spent / load.count, measured.latencies


def rounds(subjects: list[Subject], count: int) -> Iterator[tuple[Load, list[Found]]]:
    """Measure all loads on all gateways by turns; a first round only warms up."""
    found = [[Found() for _ in subjects] for _ in LOADS]
    for number in range(count + 1):
        turn = list(enumerate(subjects))
        for load, rows in zip(LOADS, found, strict=True):
            for place, subject in turn if number % 2 else reversed(turn):
                cost, latencies = run(subject, load)
                if number:
                    rows[place].costs.append(cost)
                    rows[place].latencies += latencies
    yield from zip(LOADS, found, strict=True)


def measured_costs(filled: list[Filled], limits: argparse.Namespace) -> Section:
    """Run a gateway over each folder, by turns, and compare."""
    with ExitStack() as stack:
        gateways = [stack.enter_context(started(each, pinned=limits.pinned)) for each in filled]
        subjects = [Subject(gateway.url, gateway.pid, each) for gateway, each in zip(gateways, filled, strict=True)]
        _beside(limits.pinned)
        for subject in subjects:
            subject.prepare()
            subject.wait_until_quiet()
        rows, targets = [], []
        for load, (few, many) in rounds(subjects, limits.rounds):
            ratio = many.cost / few.cost
            told = [few.cost, many.cost, ratio, many.percentile(0.5), many.percentile(0.99)]
            rows.append([load.name, *(f"{value:,.2f}" for value in told)])
            if load.flat:
                targets.append(at_most(f"{load.name}, many : few", ratio, FLAT))
    little, much = filled
    note = (
        f"few: {little.files:,} files, many: {much.files:,}, which took {much.took:.0f} s to fill; CPU ms are of all "
        f"processes of the gateway, a request, the median of {limits.rounds} rounds by turns."
    )
    return Section("Store API", COLUMNS, rows, targets, [note])


def measured_memory(filled: Filled, limits: argparse.Namespace) -> Section:
    """Run a gateway over many files with everything at once."""
    with started(filled, pinned=limits.pinned) as gateway:
        _beside(limits.pinned)
        subject = Subject(gateway.url, gateway.pid, filled)
        subject.wait_until_quiet()
        count = len(processes.tree(gateway.pid))
        shown = mixture.run(subject, limits.seconds)
    peak = max(each.peak for each in shown.phases)
    rows = [["idle", "", f"{shown.idle / MB:.0f}"]]
    rows += [[each.name, each.told, f"{each.peak / MB:.0f}"] for each in shown.phases]
    rows.append([f"{mixture.SETTLE} s after", "", f"{shown.after / MB:.0f}"])
    notes = [f"PSS of the gateway's {count} processes together, over {filled.files:,} files."]
    target = at_most("memory of all processes under a mixed load, MB", peak / MB, MEMORY)
    return Section("Memory under a mixed load", ["when", "answered", "MB"], rows, [target], notes)


def started(filled: Filled, *, pinned: bool) -> LocalGateway:
    """Give a gateway over a copy of a filled folder; what is started from here on is on the first core."""
    gateway = LocalGateway(SETTINGS)
    shutil.copytree(filled.folder, gateway.environment["SYNC_DATA_DIR"])
    if pinned:
        processes.pin(0)
    return gateway


def _beside(pinned: bool) -> None:
    if pinned:
        processes.pin(1)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, nargs=2, default=[1250, 125_000], help="files of the one and the other")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=20, help="of each mixed load; 0: none")
    parser.add_argument("--markdown", type=Path, help="write the tables there too")
    return parser.parse_args()


def main() -> None:
    limits = arguments()
    limits.pinned = processes.pin(0)
    try:
        with tempfile.TemporaryDirectory(prefix="wristgate-bench-") as folder:
            filled = [fill(Path(folder) / str(files), files) for files in limits.files]
            sections = [measured_costs(filled, limits)]
            if limits.seconds:
                sections.append(measured_memory(filled[-1], limits))
    except (WrongAnswer, GatewayFailed) as failure:
        sys.exit(f"The bench stopped: {failure}")
    said = " ".join(["python -m loadtest.store", *sys.argv[1:]])
    report(sections, [f"`{said}` on {machine()}."], limits.markdown)


if __name__ == "__main__":
    main()
