"""``wristgate add``, ``list`` and ``get``: the owner's tree from the shell."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.context import gateway
from gateway.errors import GatewayError

if TYPE_CHECKING:
    from gateway.app import Gateway
    from gateway.model import User
    from gateway.service.tree import Listed

_USER = click.option("--user", "email", metavar="EMAIL", help="Whose files; without it the owner's.")
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
    with (
        file.open("rb") as source,
        click.progressbar(
            length=status.st_size, label=label, file=sys.stderr, hidden=status.st_size < _BAR_BYTES
        ) as bar,
    ):
        write = opened.tree.add(
            user,
            source,
            file.name,
            folder,
            mtime=int(status.st_mtime),
            progress=lambda done: bar.update(done - bar.pos),
        )
    stored = opened.store.write(write).result()
    note = f" ({stored.warning})" if stored.warning else ""
    there = "was there already: " if stored.duplicate else ""
    click.echo(f"{there}{stored.file.path}{note}")


@click.command("list")
@click.argument("path", default="/")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list, with the summary of each file.")
@_USER
def list_files(path: str, *, as_json: bool, email: str | None) -> None:
    """List the files at PATH, a folder or a file.

    \b
    Example:
      wristgate list /activities
    """  # noqa: D301
    with gateway() as opened:
        rows = list(opened.tree.below(opened.accounts.find(email), path))
    if as_json:
        import orjson  # noqa: PLC0415

        click.echo(orjson.dumps([_told(row) for row in rows]))
        return
    if not rows:
        click.echo("There are no files yet.")
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("Path", overflow="fold")
    table.add_column("Version", justify="right")
    table.add_column("Bytes", justify="right")
    table.add_column("Came in")
    table.add_column("What")
    for row in rows:
        table.add_row(
            row.file.path, str(row.file.version), f"{row.file.size:,}", _moment(row.file.time), _what(row),
        )  # fmt: skip
    Console(highlight=False).print(table)


def _what(row: "Listed") -> str:
    if row.damaged:
        return f"damaged: {row.damaged}"
    summary = row.summary or {}
    parts = [str(summary.get("sport") or row.kind or "-").replace("_", " ")]
    if summary.get("distance"):
        parts.append(f"{summary['distance'] / 1000:.2f} km")
    if summary.get("elapsed"):
        seconds = round(summary["elapsed"])
        parts.append(f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}")
    return ", ".join(parts)


def _told(row: "Listed") -> dict[str, Any]:
    entry = row.file
    return {
        "path": entry.path, "id": entry.id, "size": entry.size, "version": entry.version, "type": entry.type,
        "kind": row.kind, "sha256": entry.sha256.hex(), "time": entry.time, "device": entry.device,
        "damaged": row.damaged, "summary": row.summary,
    }  # fmt: skip


def _moment(moment: int) -> str:
    from datetime import UTC, datetime  # noqa: PLC0415

    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M")


@click.command()
@click.argument("path")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write here, not to the terminal."
)
@_USER
def get(path: str, output: Path | None, email: str | None) -> None:
    """Write the bytes of the file at PATH.

    \b
    Example:
      wristgate get /activities/run.fit -o run.fit
    """  # noqa: D301
    with gateway() as opened:
        pieces = opened.tree.get(opened.accounts.find(email), path)
        with click.open_file(str(output or "-"), "wb") as target:
            for piece in pieces:
                target.write(piece)
