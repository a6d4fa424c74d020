"""``python -m loadtest.load PROFILE``: start a gateway, load it as people would, and write down what it did.

One simulated watch lives 300 times as fast as a real one, so it stands for 300. Every answer is looked at; one that is
wrong counts as a failure, and a run with failures exits 1.

    python -m loadtest.load watches --users 100 --seconds 60
    python -m loadtest.load mixed --limited             on half a core and 200 MB (needs root)
    python -m loadtest.load sunday --limited --knee     how many watches such a machine serves
"""

# ruff: noqa: I001  locust comes first: it patches the standard library for its green threads
from locust.env import Environment

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path

import gevent
import logging

from gateway.simwatch.localgateway import LocalGateway
from loadtest import processes
from loadtest.bench import UNLIMITED
from loadtest.load.cage import NoCage, caged, leave
from loadtest.load.ground import Ground, prepare
from loadtest.load.report import Report, Sample, Step, percentile, write
from loadtest.load.users import PACE, PROFILES, Person, Watch

SETTINGS = UNLIMITED | {"SYNC_RATE_KEY": "0", "SYNC_ALLOW_SIGNUP": "false"}
MEMORY = 200  # MB
CORES = 0.5
SLOW = 1000  # milliseconds; the most that one request in a hundred may take
GROWTH = 1.4  # from one step to the next
WINDOW = 10  # seconds over which a moment's percentiles are taken
SOAK_SECONDS = 3600


class Load:
    """A gateway under load; what has been counted begins anew with each ``measure``."""

    def __init__(self, gateway: LocalGateway, profile: str, ground: Ground) -> None:
        self.pid = gateway.pid
        kinds = []
        for kind, part in PROFILES[profile]:
            kind.weight = round(part * 100)
            kinds.append(kind)
        Person.ground = ground
        self.share = sum(part for kind, part in PROFILES[profile] if issubclass(kind, Watch))
        self.environment = Environment(user_classes=kinds, host=gateway.url)
        self.runner = self.environment.create_local_runner()

    def measure(self, users: int, ramp: float, seconds: float) -> Step:
        """Bring so many users in, let them settle, and measure."""
        self.runner.start(users, spawn_rate=max(1.0, users / ramp))
        gevent.sleep(ramp + WINDOW)
        self.environment.stats.reset_all()
        begun, samples, seen = processes.seconds(self.pid), [], [{}]
        spent = begun
        for second in range(1, int(seconds) + 1):
            gevent.sleep(1)
            counted = _counted(self.environment)
            recent = _less(counted, seen[max(0, len(seen) - WINDOW)])
            used = processes.seconds(self.pid)
            samples.append(
                Sample(
                    second, sum(recent.values()) / min(second, WINDOW), percentile(recent, 0.5),
                    percentile(recent, 0.99), processes.pss(self.pid), used - spent,
                )
            )  # fmt: skip
            seen.append(counted)
            spent = used
        entries = [entry for entry in self.environment.stats.entries.values() if entry.method != "CHECK"]
        failures = [
            (error.name, error.occurrences, str(error.error)) for error in self.environment.stats.errors.values()
        ]
        rows = [
            (
                entry.name, entry.num_requests, percentile(entry.response_times, 0.5),
                percentile(entry.response_times, 0.99), entry.num_failures,
            )
            for entry in sorted(entries, key=lambda entry: -entry.num_requests)
        ]  # fmt: skip
        whole = _counted(self.environment)
        middle, slow = percentile(whole, 0.5), percentile(whole, 0.99)
        cores = (spent - begun) / seconds
        watches = round(users * self.share) * PACE
        return Step(users, watches, seconds, sum(whole.values()), middle, slow, failures, rows, samples, cores)

    def end(self) -> None:
        """Let all users go."""
        self.runner.quit()


def _counted(environment: Environment) -> dict[int, int]:
    """How often each response time was seen, in milliseconds."""
    found: dict[int, int] = {}
    for entry in list(environment.stats.entries.values()):
        if entry.method != "CHECK":
            for time, count in entry.response_times.items():
                found[time] = found.get(time, 0) + count
    return found


def _less(now: dict[int, int], before: dict[int, int]) -> dict[int, int]:
    return {time: count - before.get(time, 0) for time, count in now.items() if count > before.get(time, 0)}


def run(options: argparse.Namespace) -> Report:
    """Start everything, load, and end it."""
    watches = options.users if not options.knee else options.users * 30
    with ExitStack() as stack:
        gateway = LocalGateway(SETTINGS)
        print(f"Making users for {watches} watches ...", file=sys.stderr)
        ground = prepare(Path(gateway.environment["SYNC_DATA_DIR"]), min(watches, 600), min(watches, 200))
        if options.limited:
            stack.enter_context(caged(MEMORY, CORES))
        stack.enter_context(gateway)
        if options.limited:
            leave()
        load = Load(gateway, options.profile, ground)
        stack.callback(load.end)
        idle, steps = processes.pss(gateway.pid), []
        users = float(options.users)
        while True:
            step = load.measure(round(users), options.ramp, options.seconds)
            steps.append(step)
            print(step.sentence, file=sys.stderr)
            if not options.knee or step.failures or step.slow > SLOW:
                break
            users *= GROWTH
    return Report(options.profile, options.limited, options.knee, idle, steps)


def main() -> None:
    """Read the command line."""
    lines = (__doc__ or "").splitlines()
    parser = argparse.ArgumentParser(
        prog="python -m loadtest.load", description=lines[0], formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(lines[2:]),
    )  # fmt: skip
    parser.add_argument("profile", choices=PROFILES)
    parser.add_argument("--users", type=int, default=50, help="simulated watches and phones (default: %(default)s)")
    parser.add_argument("--seconds", type=float, help="of measuring, after they have settled (60; soak: an hour)")
    parser.add_argument("--ramp", type=float, default=10, help="seconds until all are there (default: %(default)s)")
    parser.add_argument("--limited", action="store_true", help="on half a core and 200 MB")
    parser.add_argument("--knee", action="store_true", help="with more and more of them, until it is too slow or fails")
    parser.add_argument("--report", type=Path, metavar="FOLDER", help="write a page and a picture there")
    options = parser.parse_args()
    logging.getLogger("locust").setLevel(logging.ERROR)  # it warns of a fast start, which is meant
    options.seconds = options.seconds or (SOAK_SECONDS if options.profile == "soak" else 60)
    try:
        report = run(options)
    except NoCage as error:
        sys.exit(f"loadtest.load: {error}")
    print(report.text)
    if options.report:
        print(f"Written to {write(report, options.report)}", file=sys.stderr)
    if not options.knee and report.steps[-1].failures:
        sys.exit(1)


if __name__ == "__main__":
    main()
