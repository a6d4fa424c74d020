"""Tables: readable on a terminal, one tab-separated line a row for scripts."""

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import click

from gateway.cli import layout
from gateway.wording import ago


def show(
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    right: Sequence[str] = (),
    fold: Sequence[str] = (),
    cut: Sequence[str] = (),
    drop: Sequence[str] = (),
) -> None:
    """Print rows; those of ``right`` are numbers. In a pipe there is no heading and nothing is wrapped.

    A narrow terminal shortens the columns of ``cut`` and folds those of ``fold``; without any, all but the first and
    the numbers. None of at most 16 cells is touched, as ids, sizes and moments are. Is that not enough, columns of
    ``drop`` are left out, in that order; then each row becomes a block, a line a value.
    """
    if not sys.stdout.isatty():
        for row in rows:
            click.echo("\t".join(map(printable, row)))
        return
    from rich.console import Console  # noqa: PLC0415  40 ms that no other command should pay
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(highlight=False)
    shown = [[printable(cell) for cell in row] for row in rows]
    soft = {*fold, *cut} or {*headings[1:]}.difference(right)
    fitted = layout.fit(
        list(zip(headings, *shown, strict=True)), {headings.index(name) for name in soft},
        [headings.index(name) for name in drop], console.width,
    )  # fmt: skip
    if fitted.overflow:
        _blocks(headings, shown)
        return
    table = Table(box=None, pad_edge=False, padding=(0, layout.GAP, 0, 0))
    for place, width in zip(fitted.places, fitted.widths, strict=True):
        table.add_column(headings[place], justify="right" if headings[place] in right else "left", width=width)
    for row in shown:
        cells = (
            (layout.cut if headings[place] in cut else layout.folded)(row[place], width)
            for place, width in zip(fitted.places, fitted.widths, strict=True)
        )
        table.add_row(*map(Text, cells))
    console.print(table)


def _blocks(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print the values of each row below one another."""
    for number, row in enumerate(rows):
        if number:
            click.echo()
        pairs((heading, cell) for heading, cell in zip(headings, row, strict=True) if cell)


def pairs(rows: Iterable[tuple[str, str]]) -> None:
    """Print labels and values; in a pipe with a tab between them."""
    if not sys.stdout.isatty():
        show((), rows)
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table.grid(padding=(0, layout.GAP, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    console, shown = Console(highlight=False), list(rows)
    room = console.width - layout.GAP - max((layout.cells(label) for label, _ in shown), default=0)
    for label, value in shown:
        table.add_row(label, Text(layout.folded(printable(value), max(room, layout.WHOLE))))
    console.print(table)


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
