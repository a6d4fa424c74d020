"""``wristgate user add`` and ``signin-link``."""

import sys

import click

from gateway.cli.context import address, fail, gateway


@click.group()
def user() -> None:
    """Act on the users of this gateway."""


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
    """Print a link that signs its user in once, within 15 minutes; for a first start and for forgotten passwords."""
    with gateway(create=True) as opened:
        found = opened.accounts.find(email)
        secret = opened.store.write(opened.accounts.link(found)).result()
        base = address(opened.config)
    click.echo(f"{base}/signin?link={secret}")
