"""Tables: readable on a terminal, one tab-separated line a row for scripts."""

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import click

from gateway.wording import ago


def show(
    headings: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[str] = (), fold: Sequence[str] = ()
) -> None:
    """Print rows; those of ``right`` are numbers. In a pipe there is no heading and nothing is wrapped.

    A narrow terminal folds the columns of ``fold``; without them, all but the first and the numbers.
    """
    if not sys.stdout.isatty():
        for row in rows:
            click.echo("\t".join(map(printable, row)))
        return
    from rich.console import Console  # noqa: PLC0415  40 ms that no other command should pay
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        number = heading in right
        whole = heading not in fold if fold else number or heading == headings[0]
        table.add_column(heading, justify="right" if number else "left", overflow="fold", no_wrap=whole)
    for row in rows:
        table.add_row(*(escape(printable(cell)) for cell in row))
    Console(highlight=False).print(table)


def pairs(rows: Iterable[tuple[str, str]]) -> None:
    """Print labels and values; in a pipe with a tab between them."""
    if not sys.stdout.isatty():
        show((), rows)
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for label, value in rows:
        table.add_row(label, Text(printable(value)))
    Console(highlight=False).print(table)


def progress(steps: Sequence[str], *, hidden: bool = False) -> Iterator[str]:
    """Yield the steps one after the other, with a bar on standard error, which goes with the last one.

    There is none for a single step, nor where standard error is no terminal.
    """
    if hidden or len(steps) == 1 or not sys.stderr.isatty():
        yield from steps
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import track  # noqa: PLC0415

    yield from track(steps, "Reading", console=Console(stderr=True), transient=True)


def printable(text: str) -> str:
    """Replace what a terminal or a script would take for more than text."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def lately(seconds: int | None) -> str:
    """Write how long ago a moment was; in a pipe the moment."""
    if seconds is None or not sys.stdout.isatty():
        return moment(seconds)
    return ago(time.time() - seconds)


def moment(seconds: int | None) -> str:
    """Write a moment in this machine's time zone."""
    return "-" if seconds is None else datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M")
