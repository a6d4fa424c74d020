"""The command ``wristgate``; each command is imported when it is called, and imports what it needs when it runs."""

from typing import Final

import click

from gateway import __version__
from gateway.cli.commands import Commands

_PLACES: Final = {
    "activities": "activities:activities",
    "add": "files:add",
    "agent": "agent:agent",
    "apikey": "apikey:apikey",
    "backup": "backup:backup",
    "cleanup": "cleanup:cleanup",
    "config": "config:show_config",
    "conflicts": "conflicts:conflicts",
    "demo": "demo:demo",
    "device": "devices:device",
    "devices": "devices:devices",
    "disk-usage": "usage:disk_usage",
    "doctor": "doctor:doctor",
    "get": "files:get",
    "inspect": "inspect:inspect",
    "list": "files:list_files",
    "logs": "logs:logs",
    "masterkey": "masterkey:masterkey",
    "mv": "trash:move",
    "pair": "devices:pair",
    "refused": "refused:refused",
    "reindex": "reindex:reindex",
    "restore": "restore:restore",
    "rm": "trash:remove",
    "serve": "serve:serve",
    "signin-link": "users:signin_link",
    "status": "status:status",
    "traffic": "traffic:traffic",
    "trash": "trash:trash",
    "upload": "upload:upload",
    "user": "users:user",
    "verify": "restore:verify",
}


@click.group(
    cls=Commands,
    places=_PLACES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="wristgate")
def main() -> None:
    """Run and use a sync gateway for watches on your own machine.

    \b
    Settings come from the environment: see `wristgate config`.
    Commands work on SYNC_DATA_DIR, also while the gateway runs.

    \b
    Examples:
      wristgate serve                      start the gateway
      wristgate pair K7QM-2PXD             give the watch that shows this code to the owner
      wristgate add tour.gpx --to /routes  put a route where the watch fetches it
      wristgate list /activities           see what came in
      wristgate inspect run.fit            see what a file holds, without a gateway
    """  # noqa: D301  click's \b keeps the lines
