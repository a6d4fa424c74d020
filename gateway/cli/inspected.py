"""How ``wristgate inspect`` prints what it found: facts of one file, a row for each of many, or JSON."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Final

import click

from gateway.cli.asjson import print_json
from gateway.cli.findings import Finding, told
from gateway.cli.tables import moment, pairs, show
from gateway.model import Kind, Summary
from gateway.wording import clock, kilometres, rows

_HEADINGS: Final = ("File", "What", "Start", "Distance", "Time", "Climb")
_NUMBERS: Final = ("Distance", "Time", "Climb")
_UNKNOWN: Final = "-"


def print_objects(findings: Iterable[Finding]) -> None:
    """Print an object a line and file, each as soon as it is there."""
    for finding in findings:
        print_json(told(finding))


def print_facts(finding: Finding, saved: str = "") -> None:
    """Print all that is known of one file; ``saved`` is what a repair would give."""
    facts = [("File", finding.shown), ("Format", (finding.format or "").upper())]
    if finding.summary:
        facts += rows(asdict(finding.summary))
    if finding.problem:
        facts.append(("Problem", finding.problem.message))
        facts.append(("Can be saved", saved))
    pairs([(label, value) for label, value in facts if value])


def print_table(findings: Iterable[Finding]) -> None:
    """Print a row a file; in a pipe with format and problem, each as soon as it is there."""
    if not sys.stdout.isatty():
        show((), (_row(finding) for finding in findings))
        return
    found = list(findings)
    folder = _common_folder([finding.shown for finding in found])
    show(_HEADINGS, [_cells(finding, folder) for finding in found], right=_NUMBERS, fold=("File", "What"),
         drop=("Climb", "Time", "Start"))  # fmt: skip
    problems = [(finding.shown[len(folder) :], finding.problem.message) for finding in found if finding.problem]
    if problems:
        click.echo(f"\n{len(problems)} of {len(found)} not valid:")
        show(("File", "Problem"), problems, fold=("File", "Problem"))


def _common_folder(names: Sequence[str]) -> str:
    """Return the folder that all names begin with, which need not be repeated in each row."""
    folder = names[0]
    while folder and (folder == names[0] or not all(name.startswith(folder) for name in names)):
        folder = folder[: folder.rstrip("/").rfind("/") + 1]
    return folder


def _cells(finding: Finding, folder: str) -> tuple[str, ...]:
    _, kind, what, *rest, _ = _row(finding)
    shown = what if finding.summary else "not valid"
    return (finding.shown[len(folder) :], shown if kind == _UNKNOWN else f"{kind.upper()} {shown}", *rest)


def what(summary: Summary) -> str:
    """Say what a file is in a word or two: the sport of an activity, else also what it is."""
    kind = summary.subtype or summary.kind.value
    words = [summary.sport] if summary.kind is Kind.ACTIVITY and summary.sport else [kind, summary.sport]
    return ", ".join(word.replace("_", " ") for word in words if word)


def _row(finding: Finding) -> tuple[str, ...]:
    """File, format, sport or kind, start, distance, time, climb, problem."""
    summary, kind = finding.summary, finding.format or _UNKNOWN
    if summary is None:
        return (finding.shown, kind, *[_UNKNOWN] * 5, finding.problem.message if finding.problem else "")
    return (
        finding.shown,
        kind,
        what(summary),
        moment(summary.start),
        kilometres(summary.distance) if summary.distance else _UNKNOWN,
        clock(summary.elapsed) if summary.elapsed else _UNKNOWN,
        f"{summary.ascent:.0f} m" if summary.ascent is not None else _UNKNOWN,
        "",
    )
