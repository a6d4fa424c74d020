"""``wristgate refused``: files that were refused to a device, to look at, repair, get or discard."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.asjson import print_json
from gateway.cli.context import gateway
from gateway.cli.output import write_out
from gateway.cli.tables import moment, show
from gateway.wording import portion, size

if TYPE_CHECKING:
    from gateway.model import Stored
    from gateway.service.refused import RefusedFile, Salvage

_USER = click.option("--user", "email", metavar="EMAIL", help="Whose files; without it the owner's.")
_PIECE = 256 * 1024
_ID = click.argument("key", metavar="ID")


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list instead of a table.")
@_USER
@click.pass_context
def refused(ctx: click.Context, *, as_json: bool, email: str | None) -> None:
    """List the files that were refused because they are damaged, and what of them can be saved.

    Their bytes are kept for 30 days, the last 50 of each device.

    \b
    Examples:
      wristgate refused
      wristgate refused repair k3v7zq2mxa5d
      wristgate refused get k3v7zq2mxa5d -o run.fit
    """  # noqa: D301
    if ctx.invoked_subcommand is None:
        _list(as_json=as_json, email=email)
    elif as_json or email:
        raise click.UsageError(f"options go behind the command: wristgate refused {ctx.invoked_subcommand} ...", ctx)


@refused.command()
@_ID
@_USER
def repair(key: str, email: str | None) -> None:
    """Save what is there of the file with this ID.

    It goes into the tree as a valid file, where a file of its kind belongs, and the file as it came into /backups.

    \b
    Example:
      wristgate refused repair k3v7zq2mxa5d
    """  # noqa: D301
    with gateway() as opened:
        done = opened.store.write(opened.refused.repair(opened.accounts.find(email), key)).result()
    click.echo(f"{_path(done.repaired)}: {_saved(done.salvage)}")
    click.echo(f"{_path(done.original)}: the file as it came")


@refused.command()
@_ID
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write here, not to the terminal."
)
@_USER
def get(key: str, output: Path | None, email: str | None) -> None:
    """Write the bytes of the file with this ID, as they came; onto a terminal only text.

    \b
    Example:
      wristgate refused get k3v7zq2mxa5d -o run.fit
    """  # noqa: D301
    with gateway() as opened:
        refusal = opened.rejections.open_for(opened.accounts.find(email), key)
    with refusal.source as source:
        write_out(iter(lambda: source.read(_PIECE), b""), key, output)


@refused.command()
@_ID
@_USER
def discard(key: str, email: str | None) -> None:
    """Forget the file with this ID and its bytes.

    What a repair has put into the tree stays.

    \b
    Example:
      wristgate refused discard k3v7zq2mxa5d
    """  # noqa: D301
    with gateway() as opened:
        gone = opened.store.write(opened.refused.discard(opened.accounts.find(email), key)).result()
    click.echo(f"Discarded {gone.name} ({gone.id}).")


def _list(*, as_json: bool, email: str | None) -> None:
    with gateway() as opened:
        rows = list(opened.refused.all(opened.accounts.find(email)))
    if as_json:
        print_json([_told(row) for row in rows])
        return
    if not rows:
        click.echo("No file was refused.", err=True)
        return
    cells = [
        (
            row.rejection.id, row.rejection.name, moment(row.rejection.time), row.sender or "-",
            size(row.rejection.size), row.rejection.message.partition(" (")[0], _what(row),
        )
        for row in rows
    ]  # fmt: skip
    show(("Id", "Name", "When", "Device", "Size", "Why", "Can be saved"), cells, right=("Size",),
         drop=("Size", "Device", "When"))  # fmt: skip


def _what(row: "RefusedFile") -> str:
    if row.repaired:
        return f"repaired: {row.repaired}"
    return _saved(row.salvage) if row.salvage else "nothing"


def _saved(salvage: "Salvage") -> str:
    until = "" if salvage.until is None else f", until {moment(salvage.until)}"
    return f"{portion(salvage.records, salvage.seconds, salvage.whole)}{until}"


def _path(stored: "Stored") -> str:
    return f"was there already: {stored.file.path}" if stored.duplicate else stored.file.path


def _told(row: "RefusedFile") -> dict[str, Any]:
    kept, salvage = row.rejection, row.salvage
    saved = salvage and {
        "records": salvage.records, "start": salvage.start, "until": salvage.until, "seconds": salvage.seconds,
        "of_about": None if salvage.whole is None else round(salvage.whole),
    }  # fmt: skip
    return {
        "id": kept.id, "name": kept.name, "time": kept.time, "device": kept.device, "device_name": row.sender,
        "size": kept.size, "sha256": kept.sha256.hex(), "error": kept.error, "message": kept.message,
        "salvage": saved, "repaired": row.repaired, "original": row.original,
    }  # fmt: skip
