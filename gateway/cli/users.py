"""``wristgate user add``, ``user list`` and ``signin-link``."""

import sys

import click

from gateway.cli.asjson import print_json
from gateway.cli.context import address, fail, gateway
from gateway.cli.tables import lately, show
from gateway.wording import size


@click.group()
def user() -> None:
    """Act on the users of this gateway."""


@user.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list instead of a table.")
def list_users(*, as_json: bool) -> None:
    """List the users: what they keep, and when one of their devices or keys was last here.

    \b
    Examples:
      wristgate user list
      wristgate user list --json
    """  # noqa: D301
    with gateway() as opened:
        from gateway.service.overview import users  # noqa: PLC0415  as context does: not for a help text

        rows = users(opened.store)
    if as_json:
        told = [
            {
                "id": row.id, "email": row.email, "owner": row.owner, "created": row.created, "files": row.files,
                "bytes": row.bytes, "devices": row.devices, "keys": row.keys, "last_seen": row.seen,
            }
            for row in rows
        ]  # fmt: skip
        print_json(told)
        return
    cells = [
        (
            f"{row.email or 'owner'}{' (owner)' if row.owner and row.email else ''}", f"{row.files:,}",
            size(row.bytes), str(row.devices), str(row.keys), lately(row.seen),
        )
        for row in rows
    ]  # fmt: skip
    show(
        ("User", "Files", "Keeps", "Devices", "Keys", "Last seen"), cells,
        right=("Files", "Keeps", "Devices", "Keys"), fold=("User",),
    )  # fmt: skip


@user.command("add")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input, not from a prompt.")
def add_user(email: str, *, password_stdin: bool) -> None:
    """Add a user; the first one becomes the owner.

    \b
    Example:
      wristgate user add ana@example.com
      echo "$PASSWORD" | wristgate user add ana@example.com --password-stdin
    """  # noqa: D301
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif not sys.stdin.isatty():
        fail("there is no terminal to ask for the password: use --password-stdin", 2)
    else:
        password = str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    with gateway(create=True) as opened:
        added = opened.store.write(opened.accounts.add(email, password)).result()
    click.echo(f"Added {added.email}{', the owner of this gateway' if added.owner else ''}.")


@click.command("signin-link")
@click.option("--user", "email", metavar="EMAIL", help="Who signs in with it; without it the owner.")
def signin_link(email: str | None) -> None:
    """Print a link that signs its user in once, within 15 minutes; for a first start and for forgotten passwords.

    \b
    Examples:
      wristgate signin-link
      wristgate signin-link --user ana@example.com
    """  # noqa: D301
    with gateway(create=True) as opened:
        found = opened.accounts.find(email)
        secret = opened.store.write(opened.accounts.link(found)).result()
        base = address(opened.config)
    click.echo(f"{base}/signin?link={secret}")
