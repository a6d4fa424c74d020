"""``wristgate reindex``: make the index of activities anew."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import click

from gateway.cli.context import gateway
from gateway.wording import counted

if TYPE_CHECKING:
    from rich.progress import TaskID

BREATH: Final = 0.01  # seconds between two transactions, for the gateway's


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def reindex(*, as_json: bool) -> None:
    """Make the index of activities anew, out of the journal, while the gateway goes on.

    It comes out as it is unless something was wrong with it. Files and journal are not touched.

    \b
    Example:
      wristgate reindex
    """  # noqa: D301
    with gateway() as opened, _bar() as progress:
        from gateway.service.reindexing import Reindexing  # noqa: PLC0415  as context does: not for a help text

        done = Reindexing(opened.store, progress, lambda: time.sleep(BREATH)).run()
    if as_json:
        import orjson  # noqa: PLC0415

        click.echo(orjson.dumps({
            "entries": done.entries, "sources": done.sources, "activities": done.activities, "mended": done.mended,
        }))  # fmt: skip
        return
    were = "was" if done.mended == 1 else "were"
    mended = f"{counted(done.mended, 'row')} {were} wrong or missing" if done.mended else "nothing was wrong"
    sources = counted(done.sources, "file or summary", "files and summaries")
    click.echo(
        f"Read {counted(done.entries, 'entry', 'entries')} of the journal: "
        f"{counted(done.activities, 'activity', 'activities')} of {sources}; {mended}."
    )


@contextmanager
def _bar() -> Iterator[Callable[[str, int, int], None]]:
    """Show how far it is, on a terminal."""
    if not sys.stderr.isatty():
        yield lambda _what, _done, _whole: None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def progress(what: str, done: int, whole: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what.capitalize())
            bars.update(tasks[what], completed=done, total=whole)

        yield progress
