"""Tables of what was measured, on a terminal and as Markdown, with what was promised beside it."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

_WIDE = 110  # columns, where nobody looks at a terminal


@dataclass(frozen=True, slots=True)
class Target:
    """What was promised and what was measured."""

    promise: str
    measured: str
    kept: bool


@dataclass(frozen=True, slots=True)
class Section:
    """One table, its targets and remarks."""

    title: str
    columns: Sequence[str]
    rows: list[list[str]]
    targets: list[Target]
    notes: list[str]


def at_least(promise: str, measured: float, bound: float) -> Target:
    return Target(f"{promise}: at least {bound:g}", f"{measured:,.1f}", measured >= bound)


def at_most(promise: str, measured: float, bound: float) -> Target:
    return Target(f"{promise}: at most {bound:g}", f"{measured:,.2f}", measured <= bound)


def report(sections: list[Section], notes: list[str], markdown: Path | None) -> None:
    """Print all tables, the promises last; as Markdown too where that is asked for."""
    targets = [target for section in sections for target in section.targets]
    kept = sum(target.kept for target in targets)
    summary = Section(
        f"Promises: {kept} of {len(targets)} kept",
        ["promise", "measured", "kept"],
        [[target.promise, target.measured, "yes" if target.kept else "no"] for target in targets],
        [],
        notes,
    )
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)
    lines: list[str] = []
    for section in [*sections, summary] if targets else sections:
        table = Table(*section.columns, title=section.title)
        for column in table.columns[1:]:
            column.justify = "right"
        for row in section.rows:
            table.add_row(*row)
        console.print(table)
        for note in section.notes:
            console.print(note, soft_wrap=True)
        lines += ["", f"{section.title}:", ""]
        rows = (section.columns, ["---", *["---:"] * (len(section.columns) - 1)], *section.rows)
        lines += [f"| {' | '.join(cells)} |" for cells in rows]
        lines += ["", *(f"- {note}" for note in section.notes)]
    if markdown:
        markdown.write_text("\n".join([*lines, ""]))
