"""Output for machines."""

from typing import Final

import click

AS_JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def print_json(told: object, *, indent: bool = False) -> None:
    """Print one value."""
    import orjson  # noqa: PLC0415  not for a help text

    click.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2 if indent else None))
