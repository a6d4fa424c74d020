"""``wristgate add``, ``list`` and ``get``: the owner's tree from the shell."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.asjson import print_json
from gateway.cli.context import gateway
from gateway.cli.output import write_out
from gateway.cli.tables import moment, show
from gateway.errors import GatewayError
from gateway.wording import clock, kilometres, size

if TYPE_CHECKING:
    from gateway.assembly import Gateway
    from gateway.model import FileEntry, User
    from gateway.service.tree import Listed

_USER = click.option("--user", "email", metavar="EMAIL", help="Whose files; without it the owner's.")
WAITING_FOLDERS = ("/routes", "/workouts", "/config")
_BAR_BYTES = 8 * 1024 * 1024


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--to", "folder", metavar="FOLDER", help="Where to, like /routes; without it, where the content belongs.")
@_USER
def add(files: tuple[Path, ...], folder: str | None, email: str | None) -> None:
    """Add FILES to the tree; what lies in /routes, /workouts or /config waits for the watch.

    With --to any file is taken, without it only correct FIT, GPX, TCX and JSON.

    \b
    Examples:
      wristgate add tour.gpx --to /routes
      wristgate add *.fit
    """  # noqa: D301
    failed = 0
    with gateway(create=True) as opened:
        user = opened.accounts.find(email)
        for file in files:
            try:
                _add(opened, user, file, folder)
            except GatewayError as error:
                click.echo(f"wristgate: {file}: {error.message}", err=True)
                failed += 1
            except OSError as error:
                click.echo(f"wristgate: {file}: {error.strerror}", err=True)
                failed += 1
    sys.exit(1 if failed else 0)


def _add(opened: "Gateway", user: "User", file: Path, folder: str | None) -> None:
    status = file.stat()
    label = f"Reading {file.name}"
    hidden = status.st_size < _BAR_BYTES or not sys.stderr.isatty()
    with (
        file.open("rb") as source,
        click.progressbar(length=status.st_size, label=label, file=sys.stderr, hidden=hidden) as bar,
    ):
        stored = opened.tree.add(
            user,
            source,
            file.name,
            folder,
            mtime=int(status.st_mtime),
            progress=lambda done: bar.update(done - bar.pos),
        )
    there = "was there already: " if stored.duplicate else ""
    click.echo(f"{there}{stored.file.path}")
    for note in filter(None, (stored.warning, _not_for_watches(opened, stored.file))):
        click.echo(f"wristgate: {stored.file.path}: {note}", err=True)


def _not_for_watches(opened: "Gateway", file: "FileEntry") -> str | None:
    """Say why a file that lies where watches look does not wait for them as it is."""
    cap = opened.config.device_max_file
    if not file.path.startswith(tuple(f"{folder}/" for folder in WAITING_FOLDERS)):
        return None
    if file.type is None:
        return "no watch gets it, it is none of FIT, GPX, TCX and JSON"
    made = opened.tree.simplified(file) if file.size > cap else None
    if made and not made.failure:
        return f"watches get it with fewer points: it has {_kib(file.size)} KB and the limit is {cap // 1024} KB"
    if file.size > cap:
        return f"no watch gets it, it has {_kib(file.size)} KB and the limit is {cap // 1024} KB"
    return None


def _kib(size: int) -> int:
    return -(-size // 1024)


@click.command("list")
@click.argument("path", default="/")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list, with the summary of each file.")
@_USER
def list_files(path: str, *, as_json: bool, email: str | None) -> None:
    """List the files at PATH, a folder or a file, with the start of an activity, else when the file came in.

    "same as" marks a file of a workout of which an earlier line has another file.

    \b
    Example:
      wristgate list /activities
    """  # noqa: D301
    with gateway() as opened:
        rows = list(opened.tree.below(opened.accounts.find(email), path))
    if as_json:
        print_json([_told(row) for row in rows])
        return
    if not rows:
        click.echo("There are no files yet.", err=True)
        return
    when = [(row.summary or {}).get("start") or row.file.time for row in rows]
    firsts = {row.activity: row for row in reversed(rows) if row.activity}
    cells = [
        (row.file.path, size(row.file.size), moment(time), _what(row, firsts.get(row.activity or "", row)))
        for row, time in zip(rows, when, strict=True)
    ]
    show(("Path", "Size", "When", "What"), cells, right=("Size",), fold=("Path", "What"),
         drop=("Size", "When"))  # fmt: skip


def _what(row: "Listed", first: "Listed") -> str:
    """Say what a file is, and of the files of one workout which the ``first`` listed is."""
    if row.damaged:
        return f"damaged: {row.damaged}"
    summary = row.summary or {}
    parts = [str(summary.get("sport") or row.kind or "-").replace("_", " ")]
    if summary.get("distance"):
        parts.append(kilometres(summary["distance"]))
    if summary.get("elapsed"):
        parts.append(clock(summary["elapsed"]))
    if first is not row:
        parts.append(f"same as {first.file.name}")
    return ", ".join(parts)


def _told(row: "Listed") -> dict[str, Any]:
    from gateway.service.summaries import told_box  # noqa: PLC0415

    entry, summary = row.file, row.summary
    if summary and "bbox" in summary:
        summary = summary | {"bbox": told_box(summary["bbox"])}
    return {
        "path": entry.path, "id": entry.id, "size": entry.size, "version": entry.version, "type": entry.type,
        "kind": row.kind, "sha256": entry.sha256.hex(), "time": entry.time, "device": entry.device,
        "damaged": row.damaged, "summary": summary, "activity": row.activity, "summaries": row.summaries,
    }  # fmt: skip


@click.command()
@click.argument("path")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write here, not to the terminal."
)
@_USER
def get(path: str, output: Path | None, email: str | None) -> None:
    """Write the bytes of the file at PATH; onto a terminal only text.

    \b
    Example:
      wristgate get /activities/run.fit -o run.fit
    """  # noqa: D301
    with gateway() as opened:
        write_out(opened.tree.get(opened.accounts.find(email), path), path, output)
