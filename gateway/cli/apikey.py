"""``wristgate apikey create``, ``list``, ``revoke``."""

from typing import TYPE_CHECKING

import click

from gateway.cli.asjson import print_json
from gateway.cli.context import fail, gateway
from gateway.cli.tables import moment, show
from gateway.errors import BadRequest

if TYPE_CHECKING:
    from gateway.model import Key


@click.group()
def apikey() -> None:
    """Act on personal keys, with which scripts and phone apps use the gateway."""


@apikey.command()
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, metavar="SCOPE", default=("read", "write"),
    help="What it may do: read, write, upload (new files only), account (devices and keys); read and write by default.",
)  # fmt: skip
@click.option("--folder", metavar="PATH", help="The only folder that it sees.")
@click.option("--user", "email", metavar="EMAIL", help="Whose key it is; without it the owner's.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object, in which it is the secret.")
def create(name: str, scopes: tuple[str, ...], folder: str | None, email: str | None, *, as_json: bool) -> None:
    """Make a key called NAME and print it: this once, alone on standard output.

    \b
    Examples:
      wristgate apikey create backup
      wristgate apikey create phone --scope upload --folder /activities
    """  # noqa: D301
    with gateway() as opened:
        from gateway.service.keys import read_wish  # noqa: PLC0415  as context does: not for a help text

        try:
            wish = read_wish(name, scopes, folder)
        except BadRequest as error:
            fail(error.message, 2)
        made = opened.store.write(opened.keys.make(opened.accounts.find(email), wish)).result()
    if as_json:
        print_json(_told(made.key) | {"secret": made.secret})
        return
    click.echo(made.secret)
    where = f" in {made.key.folder}" if made.key.folder else ""
    click.echo(
        f"{made.key.name} may {', '.join(sorted(made.key.scopes))}{where}. This is the only time that the key is shown."
        f" To end it: wristgate apikey revoke {made.key.id}",
        err=True,
    )


@apikey.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list instead of a table.")
def list_keys(*, as_json: bool) -> None:
    """List the keys of all users, never what they are.

    \b
    Examples:
      wristgate apikey list
      wristgate apikey list --json
    """  # noqa: D301
    with gateway() as opened:
        rows = opened.keys.all()
        users = {key.user: opened.accounts.name(key.user) for key in rows}
    if as_json:
        print_json([_told(key) for key in rows])
        return
    if not rows:
        click.echo("There is no key. To make one: wristgate apikey create NAME", err=True)
        return
    cells = [
        (
            key.id, key.name, users[key.user], ", ".join(sorted(key.scopes)), key.folder or "/", moment(key.created),
            moment(key.last_used),
        )
        for key in rows
    ]  # fmt: skip
    show(("Id", "Name", "Of", "May", "Folder", "Made", "Last used"), cells, drop=("Made", "Of", "Last used"))


@apikey.command()
@click.argument("name", metavar="NAME")
def revoke(name: str) -> None:
    """Make the key with this name or id worth nothing at once; what it sent stays.

    \b
    Examples:
      wristgate apikey revoke phone
      wristgate apikey revoke k3v7zq2mxa5d
    """  # noqa: D301
    with gateway() as opened:
        found = opened.store.write(opened.keys.revoke(opened.keys.called(name).id)).result()
    click.echo(f"Revoked {found.name} ({found.id}). Its files stay.")


def _told(key: "Key") -> dict[str, object]:
    return {
        "id": key.id, "user": key.user, "name": key.name, "scopes": sorted(key.scopes), "folder": key.folder,
        "created": key.created, "last_used": key.last_used,
    }  # fmt: skip
