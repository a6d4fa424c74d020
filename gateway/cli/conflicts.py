"""``wristgate conflicts``: names that two devices changed at once."""

from typing import TYPE_CHECKING, Any

import click

from gateway.cli.asjson import print_json
from gateway.cli.context import gateway
from gateway.cli.tables import moment, show

if TYPE_CHECKING:
    from gateway.service.conflicts import Open

_USER = click.option("--user", "email", metavar="EMAIL", help="Whose files; without it the owner's.")
_MOST = 1000


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list instead of a table.")
@_USER
@click.pass_context
def conflicts(ctx: click.Context, *, as_json: bool, email: str | None) -> None:
    """List the conflicts that wait for you.

    The version that came last has the name, the other one lies beside it. Nothing is lost until you say so.

    \b
    Examples:
      wristgate conflicts
      wristgate conflicts settle k3v7zq2mxa5d --keep current
    """  # noqa: D301
    if ctx.invoked_subcommand is None:
        _list(as_json=as_json, email=email)
    elif as_json or email:
        raise click.UsageError(f"options go behind the command: wristgate conflicts {ctx.invoked_subcommand} ...", ctx)


@conflicts.command()
@click.argument("keys", metavar="ID...", nargs=-1, required=True)
@click.option(
    "--keep", type=click.Choice(["current", "copy", "both"]), required=True,
    help="The version that has the name, the one beside it, or both.",
)  # fmt: skip
@_USER
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list of what was settled.")
def settle(keys: tuple[str, ...], keep: str, email: str | None, *, as_json: bool) -> None:
    """Settle the conflicts with these IDs; what is not kept goes into the trash.

    \b
    Examples:
      wristgate conflicts settle k3v7zq2mxa5d --keep copy
      wristgate conflicts settle k3v7zq2mxa5d 5pwp25h7sgk5 --keep both
    """  # noqa: D301
    from gateway.service.access import by_command  # noqa: PLC0415

    with gateway() as opened:
        access = by_command(opened.accounts.find(email))
        for key in keys:
            opened.store.write(opened.conflicts.settle(access, key, keep)).result()
            if not as_json:
                click.echo(f"Settled {key}: {_SAID[keep]}.")
    if as_json:
        print_json([{"id": key, "kept": keep} for key in keys])


_SAID = {
    "current": "the version that has the name stays, the other is in the trash",
    "copy": "the version that lay beside has the name now",
    "both": "both stay",
}


def _list(*, as_json: bool, email: str | None) -> None:
    from gateway.service.access import by_command  # noqa: PLC0415

    with gateway() as opened:
        rows = opened.conflicts.all(by_command(opened.accounts.find(email)), _MOST)
    if as_json:
        print_json([_told(row) for row in rows])
        return
    if not rows:
        click.echo("There are no conflicts.", err=True)
        return
    cells = [
        (
            row.conflict.id, row.path, row.winner or "wristgate", row.copy.path, row.loser or "wristgate",
            moment(row.conflict.time),
        )
        for row in rows
    ]  # fmt: skip
    show(("Id", "Name", "Last from", "Beside it", "From", "When"), cells, drop=("When", "From", "Last from"))


def _told(row: "Open") -> dict[str, Any]:
    conflict = row.conflict
    return {
        "id": conflict.id, "path": row.path, "file": conflict.file, "version": conflict.version, "by": row.winner,
        "deleted": row.file is None, "copy": row.copy.path, "copy_id": conflict.copy, "lost_by": row.loser,
        "time": conflict.time,
    }  # fmt: skip
