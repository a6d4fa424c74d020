"""``wristgate mv``, ``rm`` and ``trash``: changing the tree from the shell."""

import sys

import click

from gateway.cli.asjson import print_json
from gateway.cli.context import gateway
from gateway.cli.tables import moment, show
from gateway.errors import GatewayError
from gateway.wording import size

_USER = click.option("--user", "email", metavar="EMAIL", help="Whose files; without it the owner's.")
_PAGE = 500


@click.command("mv")
@click.argument("path")
@click.argument("to")
@_USER
def move(path: str, to: str, email: str | None) -> None:
    """Move the file at PATH to the path TO; its earlier versions go with it.

    \b
    Example:
      wristgate mv /documents/tour.gpx /routes/tour.gpx
    """  # noqa: D301
    from gateway.service.access import by_command  # noqa: PLC0415

    with gateway() as opened:
        user = opened.accounts.find(email)
        opened.tree.refuse_folder(user, path)
        access = by_command(user)
        file = opened.files.find(access, None, path)
        moved = opened.store.write(opened.revising.move(access, file.id, to)).result()
    click.echo(moved.path)


@click.command("rm")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@_USER
def remove(paths: tuple[str, ...], email: str | None) -> None:
    """Put the files at each PATH into the trash, from where they can come back for some weeks.

    \b
    Example:
      wristgate rm /activities/run.fit
    """  # noqa: D301
    from gateway.service.access import by_command  # noqa: PLC0415
    from gateway.service.merging import WHATEVER  # noqa: PLC0415

    failed = False
    with gateway() as opened:
        user = opened.accounts.find(email)
        access = by_command(user)
        for path in paths:
            try:
                opened.tree.refuse_folder(user, path)
                file = opened.files.find(access, None, path)
                opened.store.write(opened.revising.delete(access, file.id, WHATEVER)).result()
                click.echo(f"{file.path}: in the trash as {file.id}")
            except GatewayError as error:
                click.echo(f"wristgate: {error.message}", err=True)
                failed = True
    sys.exit(1 if failed else 0)


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list instead of a table.")
@_USER
@click.pass_context
def trash(ctx: click.Context, *, as_json: bool, email: str | None) -> None:
    """List the deleted files that can come back.

    \b
    Examples:
      wristgate trash
      wristgate trash restore k3v7zq2mxa5d
    """  # noqa: D301
    if ctx.invoked_subcommand is None:
        _list(as_json=as_json, email=email)
    elif as_json or email:
        raise click.UsageError(f"options go behind the command: wristgate trash {ctx.invoked_subcommand} ...", ctx)


@trash.command()
@click.argument("key", metavar="ID")
@_USER
def restore(key: str, email: str | None) -> None:
    """Take the file with this ID back.

    Where its path is taken by now, it comes back under a name with a number.

    \b
    Example:
      wristgate trash restore k3v7zq2mxa5d
    """  # noqa: D301
    from gateway.service.access import by_command  # noqa: PLC0415

    with gateway() as opened:
        access = by_command(opened.accounts.find(email))
        file = opened.store.write(opened.revising.revive(access, key)).result()
    click.echo(file.path)


def _list(*, as_json: bool, email: str | None) -> None:
    from gateway.service.access import by_command  # noqa: PLC0415

    with gateway() as opened:
        access = by_command(opened.accounts.find(email))
        rows = opened.revising.trash(access, _PAGE)
        while page := opened.revising.trash(access, _PAGE, (rows[-1].deleted, rows[-1].file.id)) if rows else []:
            rows += page
    if as_json:
        told = [
            {"id": row.file.id, "path": row.file.path, "size": row.file.size, "deleted": row.deleted} for row in rows
        ]
        print_json(told)
        return
    if not rows:
        click.echo("The trash is empty.", err=True)
        return
    cells = [(row.file.id, row.file.path, size(row.file.size), moment(row.deleted)) for row in rows]
    show(("Id", "Path", "Size", "Deleted"), cells, right=("Size",), drop=("Size", "Deleted"))
