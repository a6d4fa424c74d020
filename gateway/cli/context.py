"""What commands share: settings from the environment, an open gateway, failures as one sentence."""

import os
import pwd
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import click

from gateway.config import Config, ConfigError, unknown
from gateway.errors import GatewayError

if TYPE_CHECKING:
    from gateway.assembly import Gateway

ADDRESS: Final = "address"  # file in the data folder


def fail(message: str, code: int = 1) -> NoReturn:
    """End the command with a sentence on standard error."""
    click.echo(f"wristgate: {message}", err=True)
    sys.exit(code)


def read_config() -> Config:
    """Read the settings; a wrong value ends the command with exit code 2."""
    try:
        config = Config.from_env(os.environ)
    except ConfigError as error:
        fail(str(error), 2)
    for name in unknown(os.environ):
        click.echo(f"wristgate: {name} is no setting of this gateway, see: wristgate config", err=True)
    return config


def refuse_root(database: Path) -> None:
    """Send root away from data of another user, who could not read what root writes."""
    if os.geteuid() == 0 and database.exists() and (owner := database.stat().st_uid) != 0:
        name = pwd.getpwuid(owner).pw_name if _is_known(owner) else str(owner)
        fail(
            f"the data belong to the user {name}: run this as that user, sudo -u {name} ... or runuser -u {name} -- ..."
        )


def _is_known(user: int) -> bool:
    try:
        pwd.getpwuid(user)
    except KeyError:
        return False
    return True


def command_name() -> str:
    """Give what a person types to run this program, from where they stand."""
    found = shutil.which("wristgate")
    mine = Path(sys.argv[0]).resolve()
    if (found and Path(found).resolve() == mine) or mine.name != "wristgate":
        return "wristgate"
    shorter = os.path.relpath(mine)
    return shorter if len(shorter) < len(str(mine)) else str(mine)


def address(config: Config) -> str:
    """Give the gateway's public address: the configured one, else what the gateway on these data noted last."""
    noted = config.data_dir / ADDRESS
    return config.base_url or (noted.read_text().strip() if noted.exists() else config.public_url())


def found(*, create: bool = False) -> "Gateway":
    """Give the data folder, not opened yet; ends the command where there are no data, unless they may be created."""
    from gateway.assembly import Gateway  # noqa: PLC0415  no database is needed to show a help text

    config = read_config()
    there = Gateway(config, polite=True)
    if not there.store.exists() and not create:
        fail_without_data(config)
    refuse_root(there.store.path)
    return there


@contextmanager
def gateway(*, create: bool = False) -> Iterator["Gateway"]:
    """Open the data folder beside a running gateway; what goes wrong becomes a sentence and exit code 1.

    Only commands that put something in ``create`` a data folder, and only one that SYNC_DATA_DIR names: whoever
    stands in the wrong place must not get a second gateway there.
    """
    opened = found(create=create and "SYNC_DATA_DIR" in os.environ)
    try:
        opened.open()
        yield opened
    except GatewayError as error:
        fail(error.message)
    finally:
        opened.store.close()


@contextmanager
def looking() -> Iterator["Gateway"]:
    """Open the data folder to look at it, as ``gateway`` does; nothing is created, upgraded or written."""
    opened = found()
    try:
        there, needed = opened.store.look().schema()
        if there != needed:
            fail(other_release(there, needed))
        yield opened
    except GatewayError as error:
        fail(error.message)
    finally:
        opened.store.close()


def other_release(found: int, needed: int) -> str:
    """Say that the data have another schema than this release, and what to do."""
    if found > needed:
        return f"these data are of a newer release (schema {found}): install that one"
    return f"these data are of an earlier release (schema {found}): start the gateway, which upgrades them"


def fail_without_data(config: Config) -> NoReturn:
    """End a command that has no data to work on."""
    folder = config.data_dir.absolute()
    fail(f"there is no gateway's data in {folder}: set SYNC_DATA_DIR, or start one: wristgate serve")
