"""``wristgate inspect``: what files hold, without a gateway."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from gateway.cli.context import fail
from gateway.cli.exports import Outputs, export, salvaged, save
from gateway.cli.findings import Finding, look
from gateway.cli.inspected import print_facts, print_objects, print_table
from gateway.cli.tables import printable, progress

_OUTPUT = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(allow_dash=True))
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line and file.")
@click.option("--track", type=_OUTPUT, metavar="OUT.csv", help="Write all samples as CSV.")
@click.option("--convert", type=_OUTPUT, metavar="OUT", help="Write it as .fit, .gpx, .tcx or .csv.")
@click.option("--points", type=click.IntRange(2), metavar="N", help="Convert the N samples that tell most.")
@click.option("--repair", type=_OUTPUT, metavar="OUT.fit", help="Write what can be saved of a damaged FIT file.")
@click.option("--plot", type=_OUTPUT, metavar="OUT.svg", help="Draw the route, the elevation and the heart rate.")
def inspect(
    files: tuple[str, ...], *, as_json: bool,
    track: Path | None, convert: Path | None, points: int | None, repair: Path | None, plot: Path | None,
) -> None:  # fmt: skip
    """Show what FIT, GPX, TCX and JSON files hold, or what is wrong with them.

    No gateway is needed; - is standard input. Exits 0 when all files are valid.

    What --track, --convert, --repair and --plot write replaces what was there, but never FILE. They take one FILE.

    \b
    Examples:
      wristgate inspect run.fit
      wristgate inspect --json *.fit | jq .distance_m
      wristgate inspect run.fit --plot run.svg --track run.csv
      wristgate inspect tour.gpx --convert tour.fit --points 500
      wristgate inspect broken.fit --repair saved.fit
    """  # noqa: D301
    outputs = Outputs(track, convert, points, repair, plot)
    outputs.check(files)
    if outputs.any():
        _inspect_and_write(files[0], outputs, as_json=as_json)
        return
    bad = 0

    def looked() -> Iterator[Finding]:
        nonlocal bad
        for file in progress(files, hidden=as_json and sys.stdout.isatty()):
            finding, _ = look(file)
            bad += finding.problem is not None
            yield finding

    if as_json:
        print_objects(looked())
    elif len(files) == 1:
        finding, data = look(files[0])
        bad = finding.problem is not None
        print_facts(finding, salvaged(finding, data))
    else:
        print_table(looked())
    sys.exit(1 if bad else 0)


def _inspect_and_write(file: str, outputs: Outputs, *, as_json: bool) -> None:
    finding, data = look(file)
    if as_json:
        print_objects([finding])
    else:
        print_facts(finding)
    if outputs.repaired:
        save(finding, data, outputs.repaired)
    elif finding.problem:
        hint = "; what can be saved of it: --repair OUT.fit" if finding.format == "fit" else ""
        fail(f"{printable(finding.shown)}: {finding.problem.message}, nothing was written{hint}")
    else:
        export(finding, data, outputs)
