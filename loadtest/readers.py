"""``python -m loadtest.readers``: the readers of FIT, GPX and TCX beside other libraries', in one run, by turns.

Part of ``make bench``. A rival's mean leaves out files that it cannot read, and names them.
"""

import argparse
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from rich.progress import track as progress

from gateway import formats
from gateway.errors import FormatError
from gateway.formats import fit
from loadtest import rivals, specimens
from loadtest.bench import machine
from loadtest.footprint import footprint
from loadtest.specimens import Specimen
from loadtest.stopwatch import best, geometric_mean
from loadtest.tables import Section, at_least, at_most, report
from tests.formats.corpus import CORPUS, FACTS

MB = 10**6
FIT_RIVALS = {
    "fitdecode": rivals.with_fitdecode,
    "garmin-fit-sdk": rivals.with_garmin_sdk,
    "fitparse": rivals.with_fitparse,
}
WORST_SHOWN = 5

Times = dict[str, float | str]


def measured_fit(rounds: int) -> Section:
    """Check and summary beside the three decoders."""
    tasks = {"check": fit.check, "summary": formats.read, **FIT_RIVALS}
    files = specimens.valid("fit")
    times = _by_turns("FIT", files, tasks, rounds)
    rows = [
        [*_named(file), *(_milliseconds(found[name]) for name in tasks)]
        for file, found in zip(files, times, strict=True)
    ]
    means = {ours: [_ratio(times, rival, ours) for rival in FIT_RIVALS] for ours in ("check", "summary")}
    rows += [[f"times faster: {ours}", "", "", "", *(f"{mean:,.0f}" for mean in means[ours])] for ours in means]
    return Section(
        "FIT, 3 to 110 KB, milliseconds",
        ["file", "KB", *tasks],
        rows,
        [
            at_least("FIT check, times fitdecode's speed", means["check"][0], 200),
            at_least("FIT summary, times fitdecode's speed", means["summary"][0], 60),
        ],
        _left_out(files, times),
    )


def measured_xml(rounds: int) -> Section:
    """GPX and TCX beside gpxpy and a bare parse."""
    rows, targets, notes = [], [], []
    for ending in ("gpx", "tcx"):
        tasks = {"summary": formats.read, "bare tree": rivals.with_element_tree}
        if ending == "gpx":
            tasks["gpxpy"] = rivals.with_gpxpy
        files = specimens.valid(ending)
        times = _by_turns(ending.upper(), files, tasks, rounds)
        for file, found in zip(files, times, strict=True):
            cells = [_milliseconds(found.get(name, "")) for name in ("summary", "bare tree", "gpxpy")]
            rows.append([*_named(file), *cells, *_ratios(found)])
        mean = 1 / _ratio(times, "bare tree", "summary")
        targets.append(at_most(f"{ending.upper()} summary, times ElementTree's time", mean, 1.5))
        if ending == "gpx":
            targets.append(at_least("GPX summary, times gpxpy's speed", _ratio(times, "gpxpy", "summary"), 7))
        notes += _left_out(files, times)
    columns = ["file", "KB", "summary", "bare tree", "gpxpy", "of tree", "times faster"]
    return Section("GPX and TCX from 3 KB, milliseconds", columns, rows, targets, notes)


def measured_hostile(rounds: int) -> Section:
    """The worst of the files that are made to cost time."""
    files = specimens.hostile()
    found = []
    for file in progress(files, "hostile files", transient=True):
        spent = best({"read": partial(_outcome, file.data)}, rounds)["read"]
        found.append((spent, file, _outcome(file.data)))
    found.sort(key=lambda row: -float(row[0]))
    rows = [[*_named(file), _milliseconds(spent), outcome] for spent, file, outcome in found[:WORST_SHOWN]]
    worst = 1000 * float(found[0][0])
    target = at_most("worst crafted file of 100 KB, ms", worst, 60)
    return Section(f"The slowest of {len(files)} crafted files", ["file", "KB", "ms", "outcome"], rows, [target], [])


def measured_memory() -> Section:
    """What a summary of a large file takes."""
    rows, targets = [], []
    for name, make in specimens.LARGE.items():
        for megabytes, most in ((1.0, 4.0), (2.5, 12.0)):
            data = make(int(megabytes * MB))
            taken = footprint(data)
            rows.append([name, *(f"{size / MB:.1f}" for size in (len(data), taken.resident, taken.allocated))])
            targets.append(at_most(f"memory for a {name} of {megabytes} MB, MB", taken.resident / MB, most))
    columns = ["type", "file, MB", "resident, MB", "allocated, MB"]
    return Section("Memory of a summary beyond the file, at its peak", columns, rows, targets, [])


def _by_turns(label: str, files: list[Specimen], tasks: dict[str, rivals.Reader], rounds: int) -> list[Times]:
    return [
        best({name: partial(task, file.data) for name, task in tasks.items()}, rounds)
        for file in progress(files, label, transient=True)
    ]


def _outcome(data: bytes) -> str:
    try:
        return formats.read(data).kind.value
    except FormatError as error:
        return error.code


def _ratio(times: Iterable[Times], theirs: str, ours: str) -> float:
    pairs = ((found[theirs], found[ours]) for found in times)
    return geometric_mean(their / our for their, our in pairs if isinstance(their, float) and isinstance(our, float))


def _ratios(found: Times) -> Iterator[str]:
    ours, bare, gpxpy = (found.get(name) for name in ("summary", "bare tree", "gpxpy"))
    yield f"{ours / bare:.2f}" if isinstance(ours, float) and isinstance(bare, float) else ""
    yield f"{gpxpy / ours:.1f}" if isinstance(ours, float) and isinstance(gpxpy, float) else ""


def _named(file: Specimen) -> list[str]:
    return [file.name.rpartition("--")[2][:28], f"{len(file.data) / 1000:.0f}"]


def _milliseconds(spent: float | str) -> str:
    return spent if isinstance(spent, str) else f"{1000 * spent:,.2f}"


def _left_out(files: list[Specimen], times: list[Times]) -> list[str]:
    """A remark for each file on which somebody fails."""
    return [
        f"{name} fails on {file.name} ({spent}): left out of its mean."
        for file, found in zip(files, times, strict=True)
        for name, spent in found.items()
        if isinstance(spent, str)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="so many turns each; the best counts")
    parser.add_argument("--markdown", type=Path, help="write the tables there too")
    chosen = parser.parse_args()
    notes = [f"Files: the corpus in {CORPUS}."]
    if not FACTS:
        notes = [
            f"No corpus in {CORPUS} (WRISTGATE_CORPUS can say where): the repository's files and made ones instead."
        ]
    rounds = chosen.rounds
    sections = [measured_fit(rounds), measured_xml(rounds), measured_hostile(rounds), measured_memory()]
    report(sections, [*notes, f"`python -m loadtest.readers --rounds {rounds}` on {machine()}."], chosen.markdown)


if __name__ == "__main__":
    main()
