"""``wristgate config``: what is in force and from where."""

import os

import click

from gateway.cli.asjson import print_json
from gateway.cli.context import fail
from gateway.cli.tables import show
from gateway.config import ConfigError, settings, unknown


@click.command("config")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object instead of a table.")
def show_config(*, as_json: bool) -> None:
    """Show every setting, its value, and where the value comes from; secrets are hidden.

    \b
    Examples:
      wristgate config
      wristgate config --json
    """  # noqa: D301
    try:
        rows = settings(os.environ)
    except ConfigError as error:
        fail(str(error), 2)
    if as_json:
        shown = {row.name: {"value": row.value, "from": row.source, "about": row.text} for row in rows}
        print_json(shown, indent=True)
        return
    headings = ("Variable", "Value", "From", "About")
    show(headings, [(row.name, row.value or "-", row.source, row.text) for row in rows], drop=("From",))
    for name in unknown(os.environ):
        click.echo(f"wristgate: {name} is no setting of this gateway", err=True)
