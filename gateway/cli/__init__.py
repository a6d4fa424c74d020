"""The command ``wristgate``; each command imports what it needs when it runs."""

import click

from gateway import __version__
from gateway.cli.activities import activities
from gateway.cli.agent import agent
from gateway.cli.apikey import apikey
from gateway.cli.backup import backup
from gateway.cli.cleanup import cleanup
from gateway.cli.config import show_config
from gateway.cli.conflicts import conflicts
from gateway.cli.context import Commands
from gateway.cli.demo import demo
from gateway.cli.devices import device, devices, pair
from gateway.cli.doctor import doctor
from gateway.cli.files import add, get, list_files
from gateway.cli.inspect import inspect
from gateway.cli.logs import logs
from gateway.cli.masterkey import masterkey
from gateway.cli.refused import refused
from gateway.cli.reindex import reindex
from gateway.cli.restore import restore, verify
from gateway.cli.serve import serve
from gateway.cli.status import status
from gateway.cli.traffic import traffic
from gateway.cli.trash import move, remove, trash
from gateway.cli.upload import upload
from gateway.cli.usage import disk_usage
from gateway.cli.users import signin_link, user


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
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


for _command in (
    serve,
    status,
    doctor,
    demo,
    pair,
    devices,
    device,
    add,
    list_files,
    get,
    activities,
    upload,
    move,
    remove,
    trash,
    conflicts,
    refused,
    cleanup,
    reindex,
    backup,
    verify,
    restore,
    masterkey,
    agent,
    traffic,
    disk_usage,
    logs,
    inspect,
    user,
    signin_link,
    apikey,
    show_config,
):
    main.add_command(_command)
