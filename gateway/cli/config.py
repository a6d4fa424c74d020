"""``wristgate config``: what is in force and from where."""

import os

import click

from gateway.cli.context import fail
from gateway.config import ConfigError, settings, unknown


@click.command("config")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object instead of a table.")
def show_config(*, as_json: bool) -> None:
    """Show every setting, its value, and where the value comes from; secrets are hidden."""
    try:
        rows = settings(os.environ)
    except ConfigError as error:
        fail(str(error), 2)
    if as_json:
        import orjson  # noqa: PLC0415

        shown = {row.name: {"value": row.value, "from": row.source, "about": row.text} for row in rows}
        click.echo(orjson.dumps(shown, option=orjson.OPT_INDENT_2))
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("Variable", "Value", "From", "About"):
        table.add_column(heading, overflow="fold", no_wrap=heading != "About")
    for row in rows:
        style = "bold" if row.source == "environment" else None
        table.add_row(row.name, row.value or "-", row.source, row.text, style=style)
    Console(highlight=False, soft_wrap=False).print(table)
    for name in unknown(os.environ):
        click.echo(f"wristgate: {name} is no setting of this gateway", err=True)
