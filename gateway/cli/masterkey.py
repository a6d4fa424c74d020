"""``wristgate masterkey``: the keys with which files are sealed on the disk."""

import time
from typing import TYPE_CHECKING, Final

import click

from gateway.cli.asjson import AS_JSON, print_json
from gateway.cli.context import gateway
from gateway.cli.progress import bars
from gateway.cli.tables import show
from gateway.wording import counted, size

if TYPE_CHECKING:
    from gateway.assembly import Gateway
    from gateway.service.masterkeys import KeyUse
    from gateway.service.resealing import Resealed

BREATH: Final = 0.01  # seconds between two transactions, for the gateway's


@click.group(invoke_without_command=True)
@AS_JSON
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
            raise click.UsageError(
                f"options go behind the command: wristgate masterkey {ctx.invoked_subcommand} ...", ctx
            )
        return
    with gateway() as opened:
        rows, unsealed = opened.masterkeys.uses()
    if as_json:
        print_json({"keys": [_told(row) for row in rows], "unsealed": unsealed})
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
@AS_JSON
def rotate(*, as_json: bool) -> None:
    """Make a new key, seal all files with it, and forget those that nothing needs any more.

    The gateway goes on meanwhile. A key that a backup needs is kept. Broken off, it goes on with
    `wristgate masterkey reseal`, or within a day by itself.

    \b
    Example:
      wristgate masterkey rotate
    """  # noqa: D301
    with gateway() as opened:
        key = opened.masterkeys.rotate().id.hex()
        click.echo(f"The new key is {key}. Keep a copy of {opened.keyring.path} elsewhere.", err=as_json)
        done, gone = _reseal(opened), opened.masterkeys.prune()
        _tell(opened, done, gone, as_json=as_json)


@masterkey.command()
@AS_JSON
def reseal(*, as_json: bool) -> None:
    """Seal with the newest key what is sealed with another one or not yet, as the agent does daily.

    \b
    Example:
      wristgate masterkey reseal
    """  # noqa: D301
    with gateway() as opened:
        _tell(opened, _reseal(opened), None, as_json=as_json)


@masterkey.command()
@AS_JSON
def prune(*, as_json: bool) -> None:
    """Forget the keys that nothing needs any more, backups included.

    \b
    Example:
      wristgate masterkey prune
    """  # noqa: D301
    with gateway() as opened:
        _tell(opened, None, opened.masterkeys.prune(), as_json=as_json)


def _reseal(opened: "Gateway") -> "Resealed":
    def rest() -> bool:
        time.sleep(BREATH)
        return False

    with bars() as progress:
        return opened.resealing(rest, lambda count, whole: progress("sealing", count, whole)).run()


def _tell(opened: "Gateway", done: "Resealed | None", gone: list[str] | None, *, as_json: bool) -> None:
    """Say what was sealed anew, and which keys are forgotten or kept."""
    kept = [row for row in opened.masterkeys.uses()[0] if row.present and not row.current]
    if as_json:
        told: dict[str, object] = {"kept": [row.id for row in kept]}
        if done is not None:
            told |= {"sealed": done.bodies + done.files, "broken": done.broken}
        if gone is not None:
            told |= {"forgotten": gone}
        print_json(told)
        return
    if done is not None:
        click.echo(f"Sealed anew: {counted(done.bodies + done.files, 'content')}.")
        if done.broken:
            click.echo(
                f"{done.broken:,} cannot be read and were left as they are: wristgate verify lists them.", err=True
            )
    for key in gone or ():
        click.echo(f"Forgot the key {key}: nothing needs it any more.")
    for row in kept if gone is not None else ():
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
