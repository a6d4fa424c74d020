"""``wristgate masterkey``: the keys with which files are sealed on the disk."""

import time
from typing import TYPE_CHECKING, Final

import click

from gateway.cli.context import gateway
from gateway.cli.progress import bars
from gateway.cli.tables import show
from gateway.wording import size

if TYPE_CHECKING:
    from gateway.app import Gateway
    from gateway.service.masterkeys import KeyUse

BREATH: Final = 0.01  # seconds between two transactions, for the gateway's


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object instead of a table.")
@click.pass_context
def masterkey(ctx: click.Context, *, as_json: bool) -> None:
    """List the keys with which files are sealed on the disk, and what needs them.

    They lie in master.key of the data folder, or where SYNC_MASTER_KEY_FILE says. Without them nobody can read the
    files, you neither: keep a copy elsewhere, or make backups with SYNC_BACKUP_PASSPHRASE.

    \b
    Examples:
      wristgate masterkey
      wristgate masterkey rotate
    """  # noqa: D301
    if ctx.invoked_subcommand is not None:
        if as_json:
            raise click.UsageError("--json goes with the list: wristgate masterkey --json", ctx)
        return
    with gateway() as opened:
        rows, unsealed = opened.masterkeys.uses()
    if as_json:
        import orjson  # noqa: PLC0415

        click.echo(orjson.dumps({"keys": [_told(row) for row in rows], "unsealed": unsealed}))
        return
    show(
        ("Key", "State", "Files", "Size", "Backups"),
        [(row.id, _state(row), f"{row.contents:,}", size(row.size), str(len(row.backups))) for row in rows],
        right=("Files", "Size", "Backups"),
    )
    if unsealed:
        click.echo(
            f"{unsealed:,} contents are not sealed yet: the agent does it, or wristgate masterkey reseal", err=True
        )


@masterkey.command()
def rotate() -> None:
    """Make a new key, seal all files with it, and forget those that nothing needs any more.

    The gateway goes on meanwhile. A key that a backup needs is kept. Broken off, it goes on with
    `wristgate masterkey reseal`, or within a day by itself.

    \b
    Example:
      wristgate masterkey rotate
    """  # noqa: D301
    with gateway() as opened:
        key = opened.masterkeys.rotate()
        click.echo(f"The new key is {key.id.hex()}. Keep a copy of {opened.keyring.path} elsewhere.")
        _reseal(opened)
        _prune(opened)


@masterkey.command()
def reseal() -> None:
    """Seal with the newest key what is sealed with another one or not yet, as the agent does daily.

    \b
    Example:
      wristgate masterkey reseal
    """  # noqa: D301
    with gateway() as opened:
        _reseal(opened)


@masterkey.command()
def prune() -> None:
    """Forget the keys that nothing needs any more, backups included.

    \b
    Example:
      wristgate masterkey prune
    """  # noqa: D301
    with gateway() as opened:
        _prune(opened)


def _reseal(opened: "Gateway") -> None:
    def rest() -> bool:
        time.sleep(BREATH)
        return False

    with bars() as progress:
        done = opened.resealing(rest, lambda count, whole: progress("sealing", count, whole)).run()
    click.echo(f"Sealed anew: {done.bodies + done.files:,} contents.")
    if done.broken:
        click.echo(f"{done.broken:,} cannot be read and were left as they are: wristgate verify lists them.", err=True)


def _prune(opened: "Gateway") -> None:
    gone = opened.masterkeys.prune()
    for key in gone:
        click.echo(f"Forgot the key {key}: nothing needs it any more.")
    for row in opened.masterkeys.uses()[0]:
        if not row.current and row.present:
            click.echo(f"Kept the key {row.id}: {_needs(row)} it.")


def _needs(row: "KeyUse") -> str:
    if row.used:
        return "contents need"
    rest = f" and {len(row.backups) - 1} more need" if len(row.backups) > 1 else " needs"
    return f"the backup {row.backups[0]}{rest}"


def _state(row: "KeyUse") -> str:
    if row.current:
        return "seals"
    if not row.present:
        return "missing" if row.used else "elsewhere"
    return "opens" if row.needed else "not needed"


def _told(row: "KeyUse") -> dict[str, object]:
    return {
        "id": row.id, "current": row.current, "present": row.present, "needed": row.needed, "contents": row.contents,
        "size": row.size, "backups": list(row.backups),
    }  # fmt: skip
