"""``wristgate verify`` and ``wristgate restore``: reading backups back."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from gateway.cli.asjson import AS_JSON, print_json
from gateway.cli.context import fail, gateway, read_config
from gateway.cli.places import BY_NAME, place_of
from gateway.cli.progress import bars
from gateway.wording import counted, size

_NOT_OPENED: Final = 3

if TYPE_CHECKING:
    from gateway.config import Config
    from gateway.sealing import Keyring
    from gateway.service.verifying import Verified


@click.command()
@click.argument("where", metavar="[PLACE]", required=False)
@BY_NAME
@AS_JSON
def verify(where: str | None, *, name: str | None, as_json: bool) -> None:
    """Read every byte back: of a backup in a PLACE, or without one of the data folder itself.

    With the keys of a backup (SYNC_BACKUP_PASSPHRASE, or master.key in the data folder) its database is put together
    and looked through, and every file is opened. Exit codes: 1 something is wrong, 3 the keys are not here, so that
    only the bytes were held against their hashes.

    \b
    Examples:
      wristgate verify
      wristgate verify /mnt/usb/wristgate
      wristgate verify s3://backups/wristgate --backup 20261201T031500Z-4f2a
    """  # noqa: D301
    if where is None and name is None:
        _verify_data(as_json=as_json)
        return
    from gateway.errors import GatewayError  # noqa: PLC0415
    from gateway.service.backuplist import find  # noqa: PLC0415
    from gateway.service.verifying import verify as verified  # noqa: PLC0415

    config = read_config()
    try:
        place = place_of(where, config)
        with bars() as progress:
            found = verified(
                place, find(place, name), _scratch(config), passphrase=config.backup_passphrase or None,
                known=_known(config), progress=progress,
            )  # fmt: skip
    except GatewayError as error:
        fail(error.message)
    _tell_verified(found, as_json=as_json)


def _verify_data(*, as_json: bool) -> None:
    from gateway.errors import Busy  # noqa: PLC0415
    from gateway.service.verifying import verify_data  # noqa: PLC0415

    with gateway() as opened:
        with bars() as progress:
            count, faults = verify_data(opened.store, opened.contents, opened.keyring, progress)
        with suppress(Busy):  # a disk that takes nothing is no reason to keep quiet
            opened.note_verified(_faults(faults))
    if as_json:
        print_json({"contents": count, "faults": faults})
    else:
        _tell_faults(faults)
        click.echo(f"Read {counted(count, 'content')}: {_faults(faults)}.")
    sys.exit(1 if faults else 0)


@click.command()
@click.argument("where", metavar="PLACE", required=False)
@BY_NAME
@click.option(
    "--database", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Take this database, as litestream restores it, in place of a backup.",
)  # fmt: skip
@click.option(
    "--if-needed",
    is_flag=True,
    help="Do nothing where there is a database, or FILE is not there: for first boots.",
)
@click.option(
    "--keep-going", is_flag=True, help="Leave out files whose bytes are damaged in the backup, and say which."
)
@AS_JSON
def restore(
    where: str | None, *, name: str | None, database: Path | None, if_needed: bool, keep_going: bool, as_json: bool
) -> None:
    """Put a backup into SYNC_DATA_DIR, which must be empty, or have master.key alone.

    Files, users, devices and keys are as they were. Every project gets a new epoch: phones and desktops compare all
    that they have with what is there now, so nothing that came after the backup is lost on them.

    A damaged object ends it; another backup in the same place has whole ones, if it is from before the damage. With
    --keep-going all is restored but the files whose bytes are damaged, and the exit code is 1 if there are some.

    \b
    Examples:
      SYNC_DATA_DIR=/var/lib/wristgate wristgate restore /mnt/usb/wristgate
      SYNC_DATA_DIR=/var/lib/wristgate wristgate restore s3://backups/wristgate --backup 20261201T031500Z-4f2a
      SYNC_DATA_DIR=/var/lib/wristgate wristgate restore --database /tmp/restored.db
    """  # noqa: D301
    from gateway.errors import GatewayError  # noqa: PLC0415

    if (where is None) == (database is None):
        raise click.UsageError("say where the backup lies, or --database FILE")
    config = read_config()
    left_out: list[str] = []
    try:
        if database is not None:
            restored = _restore_database(database, config, if_needed=if_needed)
        else:
            restored, left_out = _restore(where or "", name, config, keep_going=keep_going)
    except GatewayError as error:
        fail(error.message)
    if as_json:
        print_json({"restored": restored, "folder": str(config.data_dir), "left_out": left_out})
    elif restored:
        _tell_faults(left_out)
        but = f" without {counted(len(left_out), 'content')}" if left_out else ""
        click.echo(f"Restored {restored} into {config.data_dir}{but}. Start the gateway: wristgate serve")
    sys.exit(1 if left_out else 0)


def _restore(where: str, name: str | None, config: "Config", *, keep_going: bool) -> tuple[str, list[str]]:
    from gateway.service.backuplist import find  # noqa: PLC0415
    from gateway.service.restoring import restore as restored  # noqa: PLC0415

    place = place_of(where, config)
    manifest = find(place, name)
    with bars() as progress:
        left_out = restored(
            place, manifest, config.data_dir, passphrase=config.backup_passphrase or None, known=_known(config),
            keep_going=keep_going, progress=progress,
        )  # fmt: skip
    return manifest.name, left_out


def _restore_database(database: Path, config: "Config", *, if_needed: bool) -> str | None:
    from gateway.assembly import keyring, make_folder  # noqa: PLC0415
    from gateway.service.restoring import adopt_copy  # noqa: PLC0415
    from gateway.store import FILE  # noqa: PLC0415

    if if_needed and (not database.exists() or (config.data_dir / FILE).exists()):
        return None
    make_folder(config.data_dir)
    adopt_copy(database, config.data_dir, keyring(config))
    return str(database)


def _known(config: "Config") -> "Keyring | None":
    """Give the keys that this machine has, if it has any."""
    from gateway.assembly import keyring  # noqa: PLC0415

    found = keyring(config)
    is_default = found.path is not None and config.master_key_file is None
    return None if is_default and found.path is not None and not found.path.exists() else found


def _scratch(config: "Config") -> Path:
    return config.data_dir if config.data_dir.is_dir() else Path(os.environ.get("TMPDIR", "/tmp"))  # noqa: S108


def _tell_verified(found: "Verified", *, as_json: bool) -> None:
    if as_json:
        print_json({
            "name": found.manifest.name, "objects": found.objects, "size": found.size, "contents": found.contents,
            "opened": found.opened, "faults": found.faults,
        })  # fmt: skip
    else:
        _tell_faults(found.faults)
        opened = f", opened {counted(found.contents, 'content')}" if found.opened else ""
        click.echo(
            f"Read {counted(found.objects, 'object')} of {found.manifest.name}, {size(found.size)}{opened}: "
            f"{_faults(found.faults)}."
        )
        if not found.opened:
            click.echo(
                "Its keys are not here, so nothing was opened: set SYNC_BACKUP_PASSPHRASE, or put master.key here.",
                err=True,
            )
    sys.exit(1 if found.faults else 0 if found.opened else _NOT_OPENED)


def _tell_faults(faults: list[str]) -> None:
    for fault in faults:
        click.echo(fault, err=True)


def _faults(faults: list[str]) -> str:
    from gateway.service.overview import ALL_WELL  # noqa: PLC0415

    return f"{len(faults):,} things are wrong" if len(faults) > 1 else "1 thing is wrong" if faults else ALL_WELL
