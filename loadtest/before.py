"""``python -m loadtest.before COMMIT``: what a watch's requests cost at a commit and now, by turns in one run.

Both gateways run on one core and the generator on another; cost is the processor time of all processes of a gateway a
request, the median of the rounds.
"""

import argparse
import io
import statistics
import subprocess
import sys
import tarfile
import tempfile
from contextlib import ExitStack
from pathlib import Path

from gateway.simwatch.localgateway import GatewayFailed, LocalGateway
from loadtest import processes
from loadtest.bench import UNLIMITED, Bench, machine
from loadtest.generator import WrongAnswer
from loadtest.tables import Section, report

COLUMNS = ["request", "before: CPU ms", "now: CPU ms", "ratio", "now: a second of a core"]
ROOT = Path(__file__).parents[1]


def unpacked(commit: str, folder: Path) -> dict[str, str]:
    """Put a commit's sources into ``folder``; gives what has Python take the gateway from there."""
    git = ["git", "-C", str(ROOT), "archive", "--format=tar", commit, "gateway"]
    done = subprocess.run(git, capture_output=True, check=False)
    if done.returncode:
        sys.exit(f"git does not give that commit: {done.stderr.decode().strip()}")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return {"PYTHONPATH": str(folder), "PYTHONSAFEPATH": "1"}


def measured(commit: str, limits: argparse.Namespace) -> list[list[str]]:
    """Run both gateways and measure each kind of request by turns; a first round only warms up."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        benches: dict[str, Bench] = {}
        for name, where in (("before", unpacked(commit, folder)), ("now", {})):
            gateway = stack.enter_context(LocalGateway(UNLIMITED | where))
            benches[name] = Bench(gateway.url, gateway.pid, limits)
            benches[name].pair(gateway)
        if limits.pinned:
            processes.pin(1)
        costs: dict[str, dict[str, list[float]]] = {name: {} for name in benches}
        for turn in range(limits.rounds + 1):
            for number in range(len(benches["now"].loads())):
                for name, bench in benches.items():
                    load = bench.loads()[number]
                    row = bench.run(load, limits.connections)
                    if turn and row.cost is not None:
                        costs[name].setdefault(load.name, []).append(1000 * row.cost)
    middle = {name: {load: statistics.median(all_) for load, all_ in each.items()} for name, each in costs.items()}
    return [
        [
            load,
            f"{middle['before'][load]:.2f}",
            f"{now:.2f}",
            f"{now / middle['before'][load]:.2f}",
            f"{1000 / now:,.0f}",
        ]
        for load, now in middle["now"].items()
    ]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("commit", help="such as v1.0 or 4f26005")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--requests", type=int, default=5000, help="a round")
    parser.add_argument("--uploads", type=int, default=600, help="a round")
    parser.add_argument("--seconds", type=float, default=30, help="at most so long a round")
    parser.add_argument("--markdown", type=Path, help="write the table there too")
    return parser.parse_args()


def main() -> None:
    limits = arguments()
    limits.pinned = processes.pin(0)
    try:
        rows = measured(limits.commit, limits)
    except (WrongAnswer, GatewayFailed) as failure:
        sys.exit(f"The measurement stopped: {failure}")
    notes = [f"Median of {limits.rounds} rounds by turns; `python -m loadtest.before {limits.commit}` on {machine()}."]
    report([Section("Before and now", COLUMNS, rows, [], notes)], [], limits.markdown)


if __name__ == "__main__":
    main()
