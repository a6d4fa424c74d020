"""What a run has shown: a page with tables, and a picture of its course."""

import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from loadtest.bench import machine
from loadtest.load.users import PACE

MB = 1024 * 1024
POINTS = 400  # in a picture


@dataclass(frozen=True, slots=True)
class Sample:
    """One second: requests a second and milliseconds over the last ten, bytes of memory, processor seconds."""

    second: int
    rate: float
    middle: float
    slow: float
    memory: int
    processor: float


@dataclass(frozen=True, slots=True)
class Step:
    """So many users for so many seconds, as ``watches`` real ones would be.

    ``failures``: what, how often, why; ``rows``: name, count, p50, p99, failed.
    """

    users: int
    watches: int
    seconds: float
    count: int
    middle: float
    slow: float
    failures: list[tuple[str, int, str]]
    rows: list[tuple[str, int, float, float, int]]
    samples: list[Sample]
    processor: float

    @property
    def peak(self) -> int:
        """Give the most memory in bytes."""
        return max(sample.memory for sample in self.samples)

    @property
    def failed(self) -> int:
        """Count all failures."""
        return sum(failure[1] for failure in self.failures)

    @property
    def cells(self) -> tuple[str, ...]:
        """Say it as the row of a table."""
        return (
            f"{self.users:,}", f"{self.watches:,}", f"{self.count / self.seconds:,.0f}", f"{self.middle:.0f}",
            f"{self.slow:.0f}", f"{self.failed:,}", f"{self.processor:.2f}", f"{self.peak / MB:.0f}",
        )  # fmt: skip

    @property
    def sentence(self) -> str:
        """Say it in one line."""
        return (
            f"{self.users} users: {self.count / self.seconds:,.0f} requests/s, p50 {self.middle:.0f} ms, "
            f"p99 {self.slow:.0f} ms, {self.failed} failures, {self.processor:.2f} cores, {self.peak / MB:.0f} MB"
        )


@dataclass(frozen=True, slots=True)
class Report:
    """A run; ``idle`` is memory in bytes before it."""

    profile: str
    limited: bool
    knee: bool
    idle: int
    steps: list[Step]

    @property
    def text(self) -> str:
        """Write the page."""
        last = self.steps[-1]
        where = "half a core and 200 MB" if self.limited else "all of the machine"
        parts = [
            f"# Load: {self.profile}",
            f"The gateway had {where}; a watch lives {PACE} times as fast as a real one, a phone as fast.",
            f"Memory is of all the gateway's processes (PSS), {self.idle / MB:.0f} MB before the load.",
            _table(
                ("users", "real watches", "requests/s", "p50 ms", "p99 ms", "failures", "cores", "MB at most"),
                [step.cells for step in self.steps],
            ),
            f"Each request, with {last.users:,} users:",
            _table(
                ("request", "count", "p50 ms", "p99 ms", "failures"),
                [
                    (name, f"{count:,}", f"{middle:.0f}", f"{slow:.0f}", f"{failed:,}")
                    for name, count, middle, slow, failed in last.rows
                ],
            ),
        ]  # fmt: skip
        if last.failures:
            parts.append("\n".join(f"- {count} of {name}: {why}" for name, count, why in last.failures))
        parts.append(f"`{shlex.join(['python', '-m', 'loadtest.load', *sys.argv[1:]])}` on {machine()}.")
        return "\n\n".join(parts) + "\n"


def percentile(times: Mapping[int, int], part: float) -> float:
    """Give the time under which ``part`` of all lie, of how often each was seen."""
    left = sum(times.values()) * part
    for time in sorted(times):
        left -= times[time]
        if left <= 0:
            return float(time)
    return 0.0


def write(report: Report, folder: Path) -> Path:
    """Write page and picture; gives the page."""
    name = report.profile + ("-limited" if report.limited else "") + ("-knee" if report.knee else "")
    folder.mkdir(parents=True, exist_ok=True)
    _draw(report, folder / f"{name}.svg")
    page = folder / f"{name}.md"
    page.write_text(f"{report.text}\n![Requests, response times, memory and processor over the run]({name}.svg)\n")
    return page


def _table(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [columns, ("---", *["---:"] * (len(columns) - 1)), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _thinned(samples: list[Sample], each: int) -> list[Sample]:
    """Make one of ``each`` neighbours: the slowest answers and most memory, else their means."""
    parts = [samples[at : at + each] for at in range(0, len(samples), each)]
    return [
        Sample(
            part[0].second, fmean(sample.rate for sample in part), fmean(sample.middle for sample in part),
            max(sample.slow for sample in part), max(sample.memory for sample in part),
            fmean(sample.processor for sample in part),
        )
        for part in parts
    ]  # fmt: skip


def _draw(report: Report, path: Path) -> None:
    """Draw the course of all steps, one behind the other."""
    import matplotlib as mpl  # noqa: PLC0415  a second to load

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "wristgate"  # the same run gives the same file
    import matplotlib.pyplot as plt  # noqa: PLC0415

    samples = [sample for step in report.steps for sample in step.samples]
    seconds = range(1, len(samples) + 1, -(-len(samples) // POINTS))
    samples = _thinned(samples, seconds.step)
    figure, (rates, times, costs) = plt.subplots(3, 1, figsize=(9, 8), sharex=True, layout="constrained")
    rates.plot(seconds, [sample.rate for sample in samples], color="tab:blue")
    rates.set_ylabel("requests a second")
    times.plot(seconds, [sample.middle for sample in samples], label="p50", color="tab:green")
    times.plot(seconds, [sample.slow for sample in samples], label="p99", color="tab:red")
    times.set_ylabel("milliseconds")
    times.set_yscale("log")
    times.legend(loc="upper left")
    costs.plot(seconds, [sample.memory / MB for sample in samples], color="tab:purple", label="MB")
    costs.set_ylabel("MB, all processes")
    costs.set_xlabel("seconds")
    costs.set_ylim(bottom=0)
    cores = costs.twinx()
    cores.plot(seconds, [sample.processor for sample in samples], color="tab:orange", alpha=0.6, label="cores")
    cores.set_ylabel("cores")
    cores.set_ylim(bottom=0)
    costs.legend(handles=[*costs.lines, *cores.lines], loc="lower right")
    at = 0
    for step in report.steps:
        for axis in (rates, times, costs):
            axis.grid(visible=True, alpha=0.3)
            if at:
                axis.axvline(at, color="grey", linestyle=":")
        if report.knee:
            rates.annotate(f"{step.users} users", (at, rates.get_ylim()[1]), va="top", fontsize=8, rotation=90)
        at += len(step.samples)
    users = [step.users for step in report.steps]
    told = f"{users[0]} to {users[-1]}" if report.knee else f"{users[-1]}"
    figure.suptitle(f"{report.profile}: {told} users{', half a core and 200 MB' if report.limited else ''}")
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
