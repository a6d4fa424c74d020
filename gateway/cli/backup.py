"""``wristgate backup``: all data to another place."""

import time
from typing import TYPE_CHECKING, Final

import click

from gateway.cli.asjson import AS_JSON, print_json
from gateway.cli.context import fail, gateway, read_config
from gateway.cli.places import place_of
from gateway.cli.progress import bars
from gateway.cli.tables import moment, show
from gateway.wording import counted, size

if TYPE_CHECKING:
    from gateway.backups import Place
    from gateway.service.backup import Made

BREATH: Final = 0.001  # seconds between two objects, for the gateway's


@click.group(invoke_without_command=True)
@click.option("--output", "where", metavar="PLACE", help="A folder or s3://bucket/prefix; by itself SYNC_BACKUP_TO.")
@click.option("--full", is_flag=True, help="Read and send everything, also what earlier backups there have.")
@AS_JSON
@click.pass_context
def backup(ctx: click.Context, *, where: str | None, full: bool, as_json: bool) -> None:
    """Back up all data while the gateway runs: database, files and, locked up, the keys.

    What an earlier backup in the same place has is not sent again. The keys go along only with SYNC_BACKUP_PASSPHRASE,
    which locks them up; without them nobody can read a backup, so keep master.key yourself then. With SYNC_BACKUP_TO
    the agent does this daily, and removes what is older than SYNC_BACKUP_DAYS.

    S3-compatible storage is reached by AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and AWS_ENDPOINT_URL.

    \b
    Examples:
      wristgate backup --output /mnt/usb/wristgate
      SYNC_BACKUP_PASSPHRASE='six words that nobody guesses' wristgate backup --full --output /mnt/usb/wristgate
      AWS_ENDPOINT_URL=https://s3.example.com wristgate backup --output s3://backups/wristgate
    """  # noqa: D301
    if ctx.invoked_subcommand is not None:
        if where or full or as_json:
            raise click.UsageError(f"options go behind the command: wristgate backup {ctx.invoked_subcommand} ...", ctx)
        return
    from gateway.service.backup import make  # noqa: PLC0415

    with gateway() as opened, bars() as progress:
        place = place_of(where, opened.config)
        opened.resealing(_rest).run()  # what an earlier release left must not lie open in a backup
        made = make(opened.backup_source(), place, full=full, progress=progress, rest=_rest)
        opened.note_backup(place.name, made.sentence)
    _tell_made(made, place, as_json=as_json)


@backup.command("list")
@click.argument("where", metavar="[PLACE]", required=False)
@AS_JSON
def list_backups(where: str | None, *, as_json: bool) -> None:
    """List the backups in a place, by itself SYNC_BACKUP_TO.

    \b
    Example:
      wristgate backup list /mnt/usb/wristgate
    """  # noqa: D301
    from gateway.errors import GatewayError  # noqa: PLC0415
    from gateway.service.backuplist import manifests  # noqa: PLC0415

    place = place_of(where, read_config())
    try:
        found, damaged = manifests(place)
    except GatewayError as error:
        fail(error.message)
    if as_json:
        rows = [
            {
                "name": row.name, "time": row.time, "objects": row.objects, "size": row.size, "keys": list(row.keys),
                "with_keys": row.locked is not None, "release": row.release,
            }
            for row in found
        ]  # fmt: skip
        print_json({"backups": rows, "damaged": damaged})
        return
    cells = [
        (row.name, moment(row.time), f"{row.objects:,}", size(row.size), "inside" if row.locked else "not inside")
        for row in found
    ]
    if not cells and not damaged:
        fail(f"There are no backups in {place.name}.")
    if cells:
        show(("Backup", "Made", "Objects", "Size", "Keys"), cells, right=("Objects", "Size"))
    for name in damaged:
        click.echo(f"{name} is damaged.", err=True)


@backup.command("forget")
@click.argument("where", metavar="PLACE")
@AS_JSON
def forget_backups(where: str, *, as_json: bool) -> None:
    """Forget the backups in a PLACE that is lost: a disk that broke, a bucket that was removed.

    Nothing is removed there. Until then the gateway takes an empty place for a disk that is not mounted, and keeps the
    master keys that those backups need.

    \b
    Example:
      wristgate backup forget /mnt/usb/wristgate
    """  # noqa: D301
    from gateway.service.backuplist import forget_all  # noqa: PLC0415

    with gateway() as opened:
        place = place_of(where, opened.config)
        count = forget_all(opened.store, place.name)
    if as_json:
        print_json({"place": place.name, "forgotten": count})
    elif count:
        click.echo(f"Forgot {counted(count, 'backup')} in {place.name}.")
    if not count:
        fail(f"no backup in {place.name} is known")


def _rest() -> bool:
    time.sleep(BREATH)
    return False


def _tell_made(made: "Made", place: "Place", *, as_json: bool) -> None:
    manifest = made.manifest
    if as_json:
        print_json({
            "name": manifest.name, "place": place.name, "time": manifest.time, "objects": manifest.objects,
            "size": manifest.size, "sent": made.sent, "sent_bytes": made.sent_bytes,
            "with_keys": manifest.locked is not None, "lost": list(made.lost),
        })  # fmt: skip
    else:
        click.echo(
            f"Backed up to {place.name} as {manifest.name}: {manifest.objects:,} objects, {size(manifest.size)}; "
            f"sent {made.sent:,} of them, {size(made.sent_bytes)}."
        )
    if manifest.locked is None:
        click.echo(
            "The keys are not in it, since SYNC_BACKUP_PASSPHRASE is not set: nobody can read it without master.key, "
            "keep a copy of that elsewhere.",
            err=True,
        )
    for place_of_content in made.lost:
        click.echo(f"{place_of_content} was lost before: see wristgate verify", err=True)
