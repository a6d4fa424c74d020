"""The group of all commands."""

from collections.abc import Mapping
from importlib import import_module
from typing import Final

import click

from gateway.cli.context import fail


class Commands(click.Group):
    """Commands by name, each imported when it is called; ``places`` says where: ``module:function`` of this package.

    What the system refuses is a sentence, not a traceback.
    """

    places: Final[dict[str, str]]

    def __init__(self, *args: object, places: Mapping[str, str], **attributes: object) -> None:
        super().__init__(*args, **attributes)  # type: ignore[arg-type]
        self.places = dict(places)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """Give all names in order."""
        return sorted(self.places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command; None: there is none of that name."""
        place = self.places.get(cmd_name)
        if place is None:
            return None
        module, _, function = place.partition(":")
        command: click.Command = getattr(import_module(f"gateway.cli.{module}"), function)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise
        except OSError as error:
            fail(f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error))
