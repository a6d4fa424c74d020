"""Tables: readable on a terminal, one tab-separated line a row for scripts."""

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime

import click


def show(headings: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[str] = ()) -> None:
    """Print rows; those of ``right`` are numbers. In a pipe there is no heading and nothing is wrapped."""
    if not sys.stdout.isatty():
        for row in rows:
            click.echo("\t".join("".join(c if c.isprintable() else "?" for c in cell) for cell in row))
        return
    from rich.console import Console  # noqa: PLC0415  40 ms that no other command should pay
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        first, number = heading == headings[0], heading in right
        table.add_column(heading, justify="right" if number else "left", overflow="fold", no_wrap=first or number)
    for row in rows:
        table.add_row(*map(escape, row))
    Console(highlight=False).print(table)


def moment(seconds: int | None) -> str:
    """Write a moment in this machine's time zone."""
    return "-" if seconds is None else datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M")
