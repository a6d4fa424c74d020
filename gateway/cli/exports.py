"""What ``wristgate inspect`` makes of one file: columns, another format, a repaired file, a picture."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from gateway.cli.context import fail
from gateway.cli.findings import Finding
from gateway.cli.tables import printable
from gateway.errors import FormatError, GatewayError, NotFound
from gateway.wording import moment, size

if TYPE_CHECKING:
    from gateway.formats import Track
    from gateway.formats.fit import Repaired

CSV: Final = ".csv"
TARGETS: Final = (".fit", ".gpx", ".tcx", CSV)
"""Endings that ``--convert`` knows."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """What is to be written where; ``converted`` has at most ``points`` samples."""

    columns: Path | None
    converted: Path | None
    points: int | None
    repaired: Path | None
    plot: Path | None

    def any(self) -> bool:
        """Say whether anything is to be written."""
        return any((self.columns, self.converted, self.repaired, self.plot))

    def check(self, files: Sequence[str]) -> None:
        """Refuse what does not go together; raises ``click.UsageError``."""
        if self.any() and len(files) > 1:
            raise click.UsageError("--track, --convert, --repair and --plot take one FILE.")
        if self.repaired and (self.columns or self.converted or self.plot):
            raise click.UsageError("--repair goes alone; use the other options on what it writes.")
        targets = [path.absolute() for path in (self.columns, self.converted, self.repaired, self.plot) if path]
        if len(set(targets)) < len(targets):
            raise click.UsageError("--track, --convert and --plot take different names.")
        if self.points and not self.converted:
            raise click.UsageError("--points goes with --convert.")
        for option, target, endings in (
            ("--convert", self.converted, TARGETS),
            ("--track", self.columns, (CSV,)),
            ("--repair", self.repaired, (".fit",)),
            ("--plot", self.plot, (".svg",)),
        ):
            if target and target.suffix.lower() not in endings:
                raise click.UsageError(f"{option} takes a name that ends in {', '.join(endings)}.")
            if target and _is_same(target, files[0]):
                raise click.UsageError(f"{option} takes another name than that of the file itself.")


def export(finding: Finding, data: bytes, outputs: Outputs) -> None:
    """Write what is asked for of a valid file."""
    from gateway.formats import read_track  # noqa: PLC0415  other commands should not wait for them

    try:
        track = read_track(data)
        if outputs.columns:
            _save(outputs.columns, _columns(track), _samples(track))
        if outputs.converted:
            _convert(track, outputs.converted, outputs.points)
        if outputs.plot:
            from gateway.plot import draw  # noqa: PLC0415

            _save(outputs.plot, [draw(track).encode()], "a picture")
    except GatewayError as error:
        fail(f"{printable(finding.shown)}: {error.message}")


def _convert(track: "Track", target: Path, points: int | None) -> None:
    from gateway.formats import read_track, write  # noqa: PLC0415
    from gateway.formats.simplify import simplified  # noqa: PLC0415
    from gateway.model import FileType  # noqa: PLC0415

    chosen = track if points is None else simplified(track, points)
    ending = target.suffix.lower()
    if ending == CSV:
        _save(target, _columns(chosen), _samples(chosen))
        return
    made = write(chosen, FileType(ending[1:]))
    written = read_track(made)  # GPX leaves out samples without a place, TCX those without a time
    _save(target, [made], _samples(written))


def _columns(track: "Track") -> Iterator[bytes]:
    from gateway.formats.spreadsheet import lines  # noqa: PLC0415

    if not len(track):
        raise NotFound("there are no samples in the file")
    return (line.encode() for line in lines(track))


def _samples(track: "Track") -> str:
    return f"{len(track):,} samples"


def save(finding: Finding, data: bytes, target: Path) -> None:
    """Write what can be saved of a damaged FIT file."""
    from gateway.formats import fit  # noqa: PLC0415

    if finding.problem is None:
        fail(f"{printable(finding.shown)}: the file is valid, there is nothing to repair")
    if finding.format in {"gpx", "tcx", "json"}:
        fail(f"{printable(finding.shown)}: only FIT files can be repaired")
    try:
        saved = fit.repair(data)
    except FormatError as error:
        fail(f"{printable(finding.shown)}: nothing can be saved, {error.message}")
    _save(target, [saved.data], salvage(saved))


def salvaged(finding: Finding, data: bytes) -> str:
    """Say what could be saved of a file, nothing for one that is valid or no FIT file."""
    from gateway.formats import fit  # noqa: PLC0415

    if finding.problem is None or finding.format != "fit":
        return ""
    try:
        saved = fit.repair(data)
    except FormatError:
        return "nothing"
    return f"{salvage(saved)}, with --repair OUT.fit" if saved.records else "no samples"


def salvage(saved: "Repaired") -> str:
    """Say what could be saved of a damaged file."""
    until = f" until {moment(saved.until)}" if saved.until else ""
    return f"{saved.records:,} samples{until}"


def _is_same(target: Path, file: str) -> bool:
    return target.exists() and Path(file).exists() and target.samefile(file)


def _save(target: Path, pieces: Iterable[bytes], what: str) -> None:
    """Write a file and say so."""
    existed = target.exists()
    written = 0
    with target.open("wb") as opened:
        for piece in pieces:
            written += opened.write(piece)
    done = "Replaced" if existed else "Wrote"
    click.echo(f"{done} {target}: {what}, {size(written)}", err=True)
