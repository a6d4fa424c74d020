"""``wristgate reindex``: make the index of activities anew."""

import time
from typing import Final

import click

from gateway.cli.asjson import print_json
from gateway.cli.context import gateway
from gateway.cli.progress import bars
from gateway.wording import counted

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
    with gateway() as opened, bars() as progress:
        from gateway.service.reindexing import Reindexing  # noqa: PLC0415  as context does: not for a help text

        done = Reindexing(opened.store, progress, lambda: time.sleep(BREATH)).run()
    if as_json:
        print_json({
            "entries": done.entries, "sources": done.sources, "activities": done.activities, "mended": done.mended,
        })  # fmt: skip
        return
    were = "was" if done.mended == 1 else "were"
    mended = f"{counted(done.mended, 'row')} {were} wrong or missing" if done.mended else "nothing was wrong"
    sources = counted(done.sources, "file or summary", "files and summaries")
    click.echo(
        f"Read {counted(done.entries, 'entry', 'entries')} of the journal: "
        f"{counted(done.activities, 'activity', 'activities')} of {sources}; {mended}."
    )
