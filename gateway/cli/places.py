"""What the commands about backups share."""

from typing import TYPE_CHECKING

import click

from gateway.cli.context import fail

if TYPE_CHECKING:
    from gateway.backups import Place
    from gateway.config import Config

BY_NAME = click.option(
    "--backup", "name", metavar="NAME", help="Which backup, by itself the newest; wristgate backup list shows them."
)


def place_of(where: str | None, config: "Config") -> "Place":
    """Give the place that an argument names, else the setting; ends the command where neither does."""
    from gateway.backups import checked_place, place_at  # noqa: PLC0415

    where = where or config.backup_to
    if not where:
        fail("say where: wristgate backup --output PLACE, or set SYNC_BACKUP_TO", 2)
    try:
        return place_at(checked_place(where))
    except ValueError as error:
        fail(f"{where} is no place for backups: {error}", 2)
